"""What people call what an event offers, in all our languages: search knows these words, too.

A short list for the questions that are asked most; more than one language on one page is common.
"""

from __future__ import annotations

from ikw.model import Event
from ikw.model.vocabulary import Access, Audience, EventKind

FREE = """
kostenlos gratis umsonst kostenfrei Eintritt frei free ücretsiz bedava مجاني مجانا رایگان
безкоштовно бесплатно bezpłatnie darmowe gratuit grátis bêpere belaş
"""

ACCESS: dict[str, str] = {
    Access.CHILDCARE: """
        Kinderbetreuung Babysitter Betreuung childcare çocuk bakımı رعاية الأطفال مراقبت از کودکان
        догляд за дітьми присмотр за детьми opieka nad dziećmi îngrijirea copiilor
        cuidado de crianças lênerîna zarokan
    """,
    Access.SIGN_LANGUAGE: """
        Gebärdensprache Gebärdendolmetscher gehörlos DGS sign language deaf işaret dili لغة الإشارة
        زبان اشاره жестова мова жестовый язык język migowy limbajul semnelor língua gestual
        zimanê îşaretan
    """,
    Access.STEP_FREE: """
        barrierefrei rollstuhlgerecht Rollstuhl wheelchair accessible tekerlekli sandalye
        كرسي متحرك ویلچر інвалідний візок инвалидная коляска wózek inwalidzki scaun rulant
        cadeira de rodas kursiya bi teker
    """,
    Access.PLAIN_LANGUAGE: "Leichte Sprache einfache Sprache plain language easy language",
}

AUDIENCES: dict[str, str] = {
    Audience.OLDER_PEOPLE: """
        Senioren Seniorinnen Rentner ältere 60plus seniors elderly yaşlılar emekliler كبار السن
        سالمندان літні пенсіонери пожилые пенсионеры seniorzy emeryci vârstnici pensionari idosos
        kal û pîr
    """,
    Audience.CHILDREN: """
        Kinder Kids children çocuklar أطفال کودکان діти дети dzieci copii crianças zarok
    """,
    Audience.FAMILIES: """
        Familie Familien Kinder Eltern family families aile عائلة خانواده родина сім'я семья rodzina
        familie família malbat
    """,
    Audience.YOUNG_PEOPLE: """
        Jugend Jugendliche Teenager youth teens gençler شباب جوانان молодь молодёжь młodzież tineri
        jovens ciwan
    """,
    Audience.WOMEN: """
        Frauen Mädchen women girls kadınlar نساء زنان жінки женщины kobiety femei mulheres jin
    """,
}

KINDS: dict[str, str] = {
    EventKind.PICNIC: """
        Picknick Fest Abschluss picnic piknik نزهة پیک‌نیک пікнік пикник piknik picnic piquenique
        pîknîk
    """,
}


def synonyms(event: Event) -> list[str]:
    """Return what people may call what this event offers."""
    return [
        *([FREE] if event.is_free_of_charge else []),
        *[ACCESS.get(code, "") for code in event.all_access],
        *[AUDIENCES.get(code, "") for code in event.audiences],
        KINDS.get(event.kind, ""),
    ]
