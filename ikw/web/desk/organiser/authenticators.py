"""Passkeys: what we ask authenticators, and what we believe of their answers.

Web Authentication (W3C, level 2), chapters 7.1 and 7.2. Imported when somebody uses a passkey: the
library takes a fifth of a second, which every command would wait for.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from flask import current_app
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    generate_challenge,
    parse_authentication_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ikw.model import Organiser, Passkey
from ikw.model.organiser import CHALLENGE_LASTS
from ikw.web.desk.relying_party import RelyingParty

log = logging.getLogger(__name__)

#: Milliseconds that a browser waits, less than we do.
TIMEOUT = int(CHALLENGE_LASTS.total_seconds() * 800)


class NotVerified(ValueError):
    """The answer does not prove what it should."""


@dataclass(frozen=True)
class Asked:
    """What a browser is asked to do, as JSON, and the challenge in it."""

    options: str
    challenge: str


def ask_to_register(party: RelyingParty, organiser: Organiser, known: list[Passkey]) -> Asked:
    """Return what a browser needs to make a passkey for an organiser."""
    challenge = generate_challenge()
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=f"IKW {current_app.config['IKW_TOWN']}",
        user_id=organiser.handle.encode(),
        user_name=organiser.email,
        user_display_name=organiser.name,
        challenge=challenge,
        timeout=TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known
        ],
    )
    return Asked(options_to_json(options), bytes_to_base64url(challenge))


def ask_to_sign_in(party: RelyingParty) -> Asked:
    """Return what a browser needs to sign somebody in whom we do not know yet."""
    challenge = generate_challenge()
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=TIMEOUT,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Asked(options_to_json(options), bytes_to_base64url(challenge))


def made(party: RelyingParty, answer: str, challenge: str) -> Passkey:
    """Return the passkey that an answer proves. Raises NotVerified."""
    try:
        verified = verify_registration_response(
            credential=json.loads(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    # The library raises whatever its parsers do (KeyError, IndexError, RecursionError …).
    except Exception as error:
        log.info("a passkey was not taken: %r", error)
        raise NotVerified from error
    if len(verified.credential_id) > 1023:
        raise NotVerified
    return Passkey(
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        multi_device=verified.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
    )


def credential_id_in(answer: str) -> str:
    """Return which passkey an answer is of, before anything is proved. Raises NotVerified."""
    try:
        return bytes_to_base64url(parse_authentication_credential_json(answer).raw_id)
    except Exception as error:
        log.info("an answer of a passkey cannot be read: %r", error)
        raise NotVerified from error


def proved(party: RelyingParty, passkey: Passkey, answer: str, challenge: str) -> int:
    """Return the new count of a passkey whose use an answer proves. Raises NotVerified."""
    try:
        credential = parse_authentication_credential_json(answer)
        # The library does not look at whose it is.
        if credential.response.user_handle != passkey.organiser.handle.encode():
            raise NotVerified
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as error:
        log.warning("a passkey did not prove itself: %r", error)
        raise NotVerified from error
    is_multi_device = verified.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    if is_multi_device != passkey.multi_device:
        raise NotVerified
    return verified.new_sign_count
