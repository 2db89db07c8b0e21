"""Invented people at addresses that are well formed in their country."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody who orders; nobody who lives."""

    first: str
    last: str
    company: str
    line1: str
    line2: str
    city: str
    state: str
    postcode: str
    country: str

    def address(self, email: str | None, phone: str) -> dict[str, str]:
        """Return a billing address, or a shipping one when there is no e-mail."""
        out = {
            "first_name": self.first,
            "last_name": self.last,
            "company": self.company,
            "address_1": self.line1,
            "address_2": self.line2,
            "city": self.city,
            "state": self.state,
            "postcode": self.postcode,
            "country": self.country,
        }
        if email is not None:
            out["email"] = email
        out["phone"] = phone
        return out


LONG_LINE = (
    "Building 7 North, Entrance C, Third Floor, Rehearsal Rooms of the Old Brewery "
    "behind the Tram Depot at"
)

PEOPLE: tuple[Person, ...] = (
    Person(
        "John", "Doe", "", "123 Main St", "Apt 4", "Los Angeles", "CA", "90012", "US"
    ),
    Person(
        "Ana", "O'Neill", "", "1 Ferry Bldg", "", "San Francisco", "CA", "94105", "US"
    ),
    Person("Al", "X", "", "77 Broad St", "", "New York", "NY", "10004-2412", "US"),
    Person(
        "Mary Jane",
        "van der Berg-Smith",
        "Drums & Co <West>",
        "500 Alamo Plz",
        "Suite 2",
        "San Antonio",
        "TX",
        "78205",
        "US",
    ),
    Person("Sam", "Sailor", "", "PSC 473 Box 12", "", "FPO", "AP", "96349", "US"),
    Person(
        "Luz", "Ríos", "", "10 Calle Fortaleza", "", "San Juan", "PR", "00901", "US"
    ),
    Person(
        "Amélie",
        "Tremblay",
        "",
        "1200 Rue Sainte-Catherine",
        "",
        "Montréal",
        "QC",
        "H3B 1K9",
        "CA",
    ),
    Person(
        "Liam", "MacDonald", "", "301 Front St W", "", "Toronto", "ON", "M5V 2T6", "CA"
    ),
    Person(
        "Zoë", "Hughes", "", "10 Pier Head", "Flat 3B", "Liverpool", "", "L3 1BY", "GB"
    ),
    Person("Ian", "Ó Briain", "", "4 Mill Lane", "", "Oxford", "", "OX1 1AA", "GB"),
    Person("Jack", "Nguyen", "", "1 Macquarie St", "", "Sydney", "NSW", "2000", "AU"),
    Person("Aroha", "Tāmati", "", "12 Queen St", "", "Auckland", "", "1010", "NZ"),
    Person(
        "Jürgen",
        "Müller-Lüdenscheidt",
        "Trommelbau Groß GmbH",
        "Königsstraße 12 a",
        "Hinterhaus",
        "Düsseldorf",
        "DE-NW",
        "40212",
        "DE",
    ),
    Person("Lena", "Weiß", "", "Ringstraße 1", "", "Wien", "", "1010", "AT"),
    Person("Reto", "Bünzli", "", "Bahnhofplatz 3", "", "Zürich", "ZH", "8001", "CH"),
    Person(
        "Françoise",
        "d'Aubigné",
        "",
        "7 bis, rue de l’Église",
        "",
        "Saint-Étienne",
        "",
        "42000",
        "FR",
    ),
    Person("Wout", "Peeters", "", "Grote Markt 5", "", "Antwerpen", "", "2000", "BE"),
    Person("Sanne", "de Vries", "", "Damrak 70", "", "Amsterdam", "", "1012 LM", "NL"),
    Person("Guy", "Weber", "", "2 Place d'Armes", "", "Luxembourg", "", "1136", "LU"),
    Person(
        "Íñigo", "Núñez", "", "Calle Mayor 8, 2.º", "", "Madrid", "M", "28013", "ES"
    ),
    Person(
        "João", "Conceição", "", "Rua Áurea 100", "", "Lisboa", "", "1100-063", "PT"
    ),
    Person("Niccolò", "D'Amico", "", "Via Roma 1", "", "Torino", "TO", "10121", "IT"),
    Person(
        "Søren",
        "Ærø-Østergård",
        "",
        "Åboulevarden 3",
        "st. tv.",
        "Aarhus",
        "",
        "8000",
        "DK",
    ),
    Person("Åsa", "Öberg", "", "Drottninggatan 4", "", "Stockholm", "", "111 51", "SE"),
    Person("Bjørn", "Åsen", "", "Storgata 9", "", "Oslo", "", "0155", "NO"),
    Person(
        "Päivi", "Äijälä", "", "Mannerheimintie 2", "", "Helsinki", "", "00100", "FI"
    ),
    Person(
        "Łukasz",
        "Żółć",
        "",
        "ul. Świętokrzyska 1/3",
        "",
        "Warszawa",
        "",
        "00-360",
        "PL",
    ),
    Person("Jiří", "Dvořák", "", "Václavské nám. 5", "", "Praha", "", "110 00", "CZ"),
    Person(
        "Aoife", "Ní Cheallaigh", "", "2 Dame St", "", "Dublin", "D", "D02 X285", "IE"
    ),
    Person("Seán", "Burke", "", "Main Street", "", "Dingle", "KY", "", "IE"),
    Person("太郎", "山田", "", "千代田1-1", "", "千代田区", "JP13", "100-0001", "JP"),
    Person(
        "Beatriz",
        "Araújo",
        "",
        "Av. Paulista 900",
        "",
        "São Paulo",
        "SP",
        "01310-100",
        "BR",
    ),
    Person("प्रिया", "शर्मा", "", "12 MG Road", "", "Bengaluru", "KA", "560001", "IN"),
    Person("Thandi", "Nkosi", "", "5 Long St", "", "Cape Town", "WC", "8001", "ZA"),
    Person(
        "José",
        "Peña",
        "",
        "Av. Juárez 10",
        "Depto 5",
        "Ciudad de México",
        "DF",
        "06050",
        "MX",
    ),
    Person("محمد", "العربي", "", "شارع الشيخ زايد", "", "دبي", "", "", "AE"),
    Person("大文", "陳", "", "1 Nathan Rd", "", "Tsim Sha Tsui", "KOWLOON", "", "HK"),
    Person("Νίκος", "Παπαδόπουλος", "", "Ερμού 10", "", "Αθήνα", "I", "105 63", "GR"),
    Person("Wei", "Tan", "", "1 Raffles Pl", "#20-01", "Singapore", "", "048616", "SG"),
    Person("", "", "The Only Company", "9 Quay", "", "Bristol", "", "BS1 4DJ", "GB"),
    Person("Jo", "Long", "", f"{LONG_LINE} 12", "", "Leeds", "", "LS1 1AA", "GB"),
)

BY_COUNTRY: dict[str, tuple[Person, ...]] = {
    country: tuple(p for p in PEOPLE if p.country == country)
    for country in {p.country for p in PEOPLE}
}
