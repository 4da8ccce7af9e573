"""The words of the police's JSON: its types of incident, and its kinds of details by the records that they fill."""

from clew.records.report import (
    CellPhone,
    Chat,
    Game,
    IncidentDetail,
    IncidentType,
    Mail,
    Newsgroup,
    OutsideInternet,
    PeerToPeer,
    WebPage,
)

TYPES = {
    IncidentType.MATERIAL: "Child Pornography (possession, manufacture, and distribution)",
    IncidentType.TRAFFICKING: "Child Sex Trafficking",
    IncidentType.TOURISM: "Child Sex Tourism",
    IncidentType.MOLESTATION: "Child Sexual Molestation",
    IncidentType.MISLEADING_DOMAIN: "Misleading Domain Name",
    IncidentType.MISLEADING_WORDS: "Misleading Words or Digital Images on the Internet",
    IncidentType.ENTICEMENT: "Online Enticement of Children for Sexual Acts",
    IncidentType.UNSOLICITED_MATERIAL: "Unsolicited Obscene Material Sent to a Child",
}
DETAILS: dict[type[IncidentDetail], str] = {
    WebPage: "webpageIncident",
    Mail: "emailIncident",
    Newsgroup: "newsgroupIncident",
    Chat: "chatImIncident",
    Game: "onlineGamingIncident",
    CellPhone: "cellPhoneIncident",
    OutsideInternet: "nonInternetIncident",
    PeerToPeer: "peer2peerIncident",
}
