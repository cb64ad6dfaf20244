"""Commands for those who work at the desk: the first of them, and emergencies."""

from __future__ import annotations

import click
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from sqlalchemy import select

from ikw import clock, db
from ikw.actions.links import Link, new_seed
from ikw.actions.organiser import accounts
from ikw.actions.organiser.accounts import AddressInUse, NoSuchOrganiser
from ikw.actions.organiser.sign_in import make_link
from ikw.cli.base import act, cli, opened_programme
from ikw.mail.addresses import desk_of
from ikw.model import Organisation, Organiser
from ikw.model.roles import Role
from ikw.names import Route
from ikw.text.cleaning import clean_line


class Email(click.ParamType[str]):
    """An e-mail address, in the form in which it is kept."""

    name = "EMAIL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            checked = validate_email(value, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError:
            self.fail(f"{value} is not an e-mail address", param, ctx)
        return (checked.ascii_email or checked.normalized).lower()


@cli.group("organiser", help="Who works at the desk.")
def organiser_group() -> None:
    """Collect the commands below."""


@organiser_group.command("add", help="Open an account for NAME with EMAIL.")
@click.argument("name")
@click.argument("email", type=Email())
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.COORDINATION.value,
    show_default=True,
)
@click.option("--organisation", metavar="KEY", help="Whose events a club plans.")
@click.option("--once", is_flag=True, help="Leave it alone when there is one already.")
def add_command(name: str, email: str, role: str, organisation: str | None, once: bool) -> None:
    if (role == Role.CLUB) != (organisation is not None):
        raise click.UsageError("The role club needs --organisation, and no other role does.")
    with opened_programme():
        try:
            with db.write() as session:
                club = session.scalar(
                    select(Organisation).where(Organisation.key == (organisation or ""))
                )
                if organisation is not None and club is None:
                    raise click.ClickException(f"There is no organisation {organisation}.")
                accounts.add_organiser(
                    session, clean_line(name), email, Role(role), act(), organisation=club
                )
        except AddressInUse as error:
            if once:
                return
            raise click.ClickException(f"{email} has an account already.") from error
        click.echo(f"{email} can sign in at {current_app.config['IKW_BASE_URL']}{Route.DESK}")


@organiser_group.command("link", help="Print a link that opens the desk for EMAIL, once.")
@click.argument("email", type=Email())
def link_command(email: str) -> None:
    with opened_programme():
        click.echo(new_desk_link(email))


@organiser_group.command("disable", help="Close the account of EMAIL, at once.")
@click.argument("email", type=Email())
def disable_command(email: str) -> None:
    with opened_programme(), db.write() as session:
        accounts.disable(session, _organiser(email), act())


@organiser_group.command("list", help="List the accounts.")
def list_command() -> None:
    with opened_programme():
        for organiser in db.session().scalars(select(Organiser).order_by(Organiser.id)):
            state = "closed" if organiser.disabled_at else organiser.role
            club = f" {organiser.organisation.key}" if organiser.organisation else ""
            click.echo(f"{organiser.id:4} {state + club:24} {organiser.email}  {organiser.name}")


def new_desk_link(email: str) -> str:
    """Make a link that opens the desk, once and for 15 minutes, and return its address."""
    link = Link.from_seed(new_seed(), current_app.config["SECRET_KEY"])
    with db.write() as session:
        organiser = _organiser(email)
        if organiser.disabled_at is not None:
            raise click.ClickException(f"The account of {email} is closed.")
        make_link(session, organiser, link, now=clock.real())
    return desk_of(link.seed)


def _organiser(email: str) -> Organiser:
    try:
        return accounts.organiser_of(db.session(), email)
    except NoSuchOrganiser as error:
        raise click.ClickException(f"{email} has no account.") from error
