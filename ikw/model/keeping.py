"""Why which personal data is stored, who sees it, and when it ends: said once, in this table.

Forgetting goes by it, the privacy text takes its periods from it, `ikw privacy` prints it as the
register that Art. 30 GDPR asks for, and a test fails for a column that is in neither list below.
The words are German: the register belongs to the office's files (section 23 VwVfG NRW).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from ikw.model.event import WAITS_FOR_A_DATE
from ikw.model.feedback import KEEP as FEEDBACK_KEEPS
from ikw.model.import_row import UNDO_FOR
from ikw.model.kept_form import KEPT_FOR
from ikw.model.organiser import CHALLENGE_LASTS, CLOSED_KEEPS, LASTS


class End(Enum):
    """When something ends: the period, None where a setting or an act gives it, and the words."""

    NEEDS = (timedelta(0), "am Morgen nach der Veranstaltung")
    EVENT = (None, "{keep_days} Tage nach der Veranstaltung, bei Verschiebung {waits} Tage später")
    CALENDAR = (None, "mit der letzten Anmeldung der Adresse")
    NETWORK = (timedelta(days=7), "{days} Tage nach der Anmeldung")
    FEEDBACK = (FEEDBACK_KEEPS, "{days} Tage nach dem Eingang")
    NEXT_DAY = (timedelta(days=1), "am Tag danach")
    CHALLENGE = (CHALLENGE_LASTS, "nach {minutes} Minuten, gelöscht in der folgenden Stunde")
    LINK = (timedelta(hours=2), "nach einer Viertelstunde ungültig, nach zwei Stunden gelöscht")
    SESSION = (LASTS + KEPT_FOR, "{days} Tage nach dem Anmelden")
    KEPT_FORM = (KEPT_FOR, "24 Stunden nach dem Abschicken")
    ACCOUNT = (CLOSED_KEEPS, "{days} Tage nach dem Schließen des Kontos")
    IMPORT = (UNDO_FOR, "{days} Tage nach der Übernahme")
    TASK = (timedelta(days=180), "{days} Tage nach der Veranstaltung oder der Reihe")
    ACTOR = (timedelta(days=180), "nach {days} Tagen steht statt der Person ihre Rolle da")
    LOG = (timedelta(days=3 * 365), "{days} Tage nach dem Eintrag")
    COST = (timedelta(days=10 * 365), "{days} Tage nach der Veranstaltung")
    PROGRAMME = (None, "solange es im Programm steht; in der Verwaltung zu ändern und zu löschen")
    LIMIT = (timedelta(days=1), "nach 24 Stunden")
    BACKUP = (None, "nach {backup_days} Tagen")
    REPLACED = (timedelta(days=7), "{days} Tage nach der Wiederherstellung")

    @property
    def period(self) -> timedelta:
        """After how long. Raises ValueError where only a setting or an act says so."""
        found: timedelta | None = self.value[0]
        if found is None:
            raise ValueError(f"{self.name} has no period of its own")
        return found

    def in_words(self, *, keep_days: int, backup_days: int) -> str:
        """Return when it ends, as the register says it."""
        period = self.value[0] or timedelta(0)
        text: str = self.value[1]
        return text.format(
            days=period.days,
            minutes=int(period.total_seconds() // 60),
            keep_days=keep_days,
            backup_days=backup_days,
            waits=WAITS_FOR_A_DATE.days,
        )


@dataclass(frozen=True)
class Keeping:
    """Columns of one table that can hold personal data, or a file that does."""

    table: str
    #: Their names, with spaces between.
    columns: str
    purpose: str
    basis: str
    seen_by: str
    end: End


PUBLIC_TASK = "Art. 6 Abs. 1 Buchst. e DSGVO, § 3 Abs. 1 DSG NRW"
HEALTH = "Art. 9 Abs. 2 Buchst. g DSGVO, § 16 Abs. 1 Nr. 1 DSG NRW"
BARRIERS = "§ 10b BGG NRW, § 5 BITVNRW"
SECURITY = "Art. 6 Abs. 1 Buchst. e, Art. 32 DSGVO"
STAFF = "Art. 6 Abs. 1 Buchst. e DSGVO, § 18 DSG NRW; Auswertung: § 72 LPVG NRW"
MONEY = "Art. 6 Abs. 1 Buchst. c DSGVO, § 59 KomHVO NRW"

TEAM = "Koordination; der Verein, der die Veranstaltung ausrichtet"
DOOR = f"{TEAM}; am Tag der Einlass (Name, Code, Plätze)"
COORDINATION = "Koordination"
NOBODY = "niemand; das Programm selbst"
SELF = "die Person selbst; Koordination"

KEEPINGS = (
    Keeping(
        "registration",
        "name companions code places seats checked_in_at arrived",
        "Plätze vergeben und am Einlass finden",
        PUBLIC_TASK,
        DOOR,
        End.EVENT,
    ),
    Keeping(
        "registration",
        "email phone language answers unreachable_at",
        "erreichen, wenn sich etwas ändert, und vorbereiten",
        PUBLIC_TASK,
        TEAM,
        End.EVENT,
    ),
    Keeping(
        "registration",
        "made_by link_hash link_seed created_at queued_at seated_at cancelled_at",
        "die eigene Anmeldung ändern lassen; Reihenfolge der Warteliste",
        PUBLIC_TASK,
        TEAM,
        End.EVENT,
    ),
    Keeping(
        "registration",
        "needed needs",
        "die Teilnahme ermöglichen (Assistenz, Dolmetschen, Kinderbetreuung)",
        HEALTH,
        TEAM,
        End.NEEDS,
    ),
    Keeping(
        "registration",
        "network",
        "massenhafte Anmeldungen aus einem Netz erkennen (HMAC, keine Adresse)",
        SECURITY,
        NOBODY,
        End.NETWORK,
    ),
    Keeping(
        "personal_calendar",
        "email link_hash link_seed",
        "die eigenen Anmeldungen als Kalender",
        PUBLIC_TASK,
        NOBODY,
        End.CALENDAR,
    ),
    Keeping(
        "letter",
        "to mailbox facts failure message_id language call_note",
        "benachrichtigen, auch am Telefon",
        PUBLIC_TASK,
        TEAM,
        End.EVENT,
    ),
    Keeping(
        "mailing",
        "texts reply_to organiser_id made_by",
        "den Angemeldeten schreiben",
        PUBLIC_TASK,
        TEAM,
        End.EVENT,
    ),
    Keeping(
        "door_act",
        "key registration_id at arrived what",
        "zählen, wer gekommen ist",
        PUBLIC_TASK,
        DOOR,
        End.EVENT,
    ),
    Keeping(
        "door_duty",
        "organiser_id event_id day",
        "wer wann den Einlass macht",
        STAFF,
        COORDINATION,
        End.EVENT,
    ),
    Keeping(
        "feedback",
        "message name email phone language page answer made_by",
        "Barrieren und Fehler beheben und antworten",
        BARRIERS,
        COORDINATION,
        End.FEEDBACK,
    ),
    Keeping(
        "organiser",
        "name email role organisation_id language handle created_at disabled_at",
        "wer in der Verwaltung arbeitet",
        STAFF,
        SELF,
        End.ACCOUNT,
    ),
    Keeping(
        "passkey",
        "organiser_id name credential_id public_key sign_count multi_device created_at used_at",
        "anmelden ohne Passwort",
        STAFF,
        SELF,
        End.ACCOUNT,
    ),
    Keeping(
        "desk_session",
        "organiser_id token_hash browser created_at seen_at confirmed_at ended_at",
        "angemeldet bleiben und Geräte abmelden",
        STAFF,
        SELF,
        End.SESSION,
    ),
    Keeping(
        "sign_in_link",
        "organiser_id link_hash created_at used_at is_mailed onward expires_at",
        "anmelden ohne Passwort",
        STAFF,
        NOBODY,
        End.LINK,
    ),
    Keeping(
        "kept_form",
        "organiser_id path answers created_at",
        "weiterschreiben, wenn eine Sitzung beim Schreiben abgelaufen ist",
        STAFF,
        SELF,
        End.KEPT_FORM,
    ),
    Keeping("challenge", "value session_id", "Passkeys prüfen", STAFF, NOBODY, End.CHALLENGE),
    Keeping(
        "upload",
        "organiser_id body choice",
        "eine Liste übernehmen, sobald sie bestätigt ist",
        PUBLIC_TASK,
        SELF,
        End.NEXT_DAY,
    ),
    Keeping(
        "import",
        "organiser_id made changed",
        "eine übernommene Liste zurücknehmen",
        PUBLIC_TASK,
        COORDINATION,
        End.IMPORT,
    ),
    Keeping("task", "title owner_id due_on done_at", "wer was bis wann tut", STAFF, TEAM, End.TASK),
    Keeping("cost", "title", "Ausgaben belegen", MONEY, COORDINATION, End.COST),
    Keeping(
        "log_entry",
        "actor",
        "nachvollziehen, wer was geändert hat; keine Auswertung nach Personen",
        STAFF,
        COORDINATION,
        End.ACTOR,
    ),
    Keeping(
        "log_entry",
        "at verb old new registration_id",
        "nachvollziehen, was geändert wurde",
        PUBLIC_TASK,
        COORDINATION,
        End.LOG,
    ),
    Keeping(
        "organisation",
        "name email website",
        "wer einlädt, und wohin Antworten gehen",
        PUBLIC_TASK,
        "alle; die Adresse nur wer angemeldet ist",
        End.PROGRAMME,
    ),
    Keeping(
        "setting",
        "value",
        "wer Fragen beantwortet, und die Texte der Stadt",
        PUBLIC_TASK,
        "alle",
        End.PROGRAMME,
    ),
    Keeping(
        "picture", "body alt credit", "die Veranstaltung zeigen", PUBLIC_TASK, "alle", End.PROGRAMME
    ),
)

#: What is kept outside the database.
FILES = (
    Keeping(
        "instance/limits.sqlite",
        "rate_limit",
        "Fluten abwehren: gezählt nach HMAC von Netz und Adresse, Schlüssel des Tages",
        SECURITY,
        NOBODY,
        End.LIMIT,
    ),
    Keeping(
        "instance/erased",
        "mark",
        "Gelöschtes kommt aus Sicherungen nicht zurück (HMAC, keine Namen)",
        "Art. 17 DSGVO",
        NOBODY,
        End.BACKUP,
    ),
    Keeping(
        "instance/*.replaced-*",
        "*",
        "eine Wiederherstellung rückgängig machen",
        SECURITY,
        "wer den Server betreibt",
        End.REPLACED,
    ),
    Keeping(
        "Sicherungen",
        "*",
        "nach einem Schaden weiterarbeiten",
        SECURITY,
        "wer den Server betreibt",
        End.BACKUP,
    ),
)

#: Columns that say nothing of a person, or what is public and about no private one.
IMPERSONAL = {
    "call": "id key series_id kind event_id opens closes text",
    "challenge": "created_at",
    "cost": "id event_id source_id planned_cents granted_cents spent_cents",
    "desk_session": "id",
    "door_act": "event_id",
    "event": """
        id uid contact key kind series_id title summary description easy_text easy_checked_by
        venue_id room topics languages audiences access price_cents price_note
        takes_sign_up sign_up_opens sign_up_closes capacity reserved taken places_revision party_max
        has_waiting_list questions people_counted arrived_counted counted walked_in
        parties_counted keep_days submitted_at published_at deleted_at called_off_at postponed_at
        reason former_date former_start former_venue_id reminded_at loaded origin created_at
        changed_at sequence date start end_date end hours
    """,
    "event_host": "event_id organisation_id position",
    "feedback": "id about created_at due_on latest_on interim_at answered_at forget_on",
    "heartbeat": "name seen_at",
    "import": "id series_id at",
    "kept_form": "id",
    "letter": """
        id registration_id feedback_id organiser_id organisation_id mailing_id kind sequence
        created_at tries next_try_at sent_at failed_at reached_at withdrawn_at tried_calling_at
    """,
    "log_entry": "id event_id",
    "mailing": "id event_id series_id recipients created_at",
    "organisation": "id key",
    "organiser": "id",
    "passkey": "id",
    "picture": "event_id width height digest",
    "programme": "id revision example wording changed_at",
    "registration": "id event_id",
    "series": """
        id key kind title motto summary description easy_text easy_checked_by first_day
        last_day figures list_choice published_at
    """,
    "series_host": "series_id organisation_id position",
    "sign_in_link": "id",
    "setting": "name changed_at",
    "source": "id series_id name cents released_at",
    "task": "id event_id series_id",
    "translation": "language source_hash source text changed_at",
    "upload": "id series_id kind created_at",
    "venue": """
        id key name street postcode town district latitude longitude way_there capacity
        access
    """,
}
