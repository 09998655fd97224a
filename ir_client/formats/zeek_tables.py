"""How grave a notice of Zeek is, and what it tells of: by its type, as Zeek's scripts name it."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import Severity, ThreatType

# Zeek itself has no severities. Unknown types are a site's own: see the mapping.
SEVERITY_OF_NOTE: Mapping[str, Severity] = MappingProxyType(
    {
        "heartbleed::ssl_heartbeat_attack_success": "critical",
        "ftp::site_exec_success": "critical",
        "heartbleed::ssl_heartbeat_attack": "high",
        "http::sql_injection_attacker": "high",
        "http::sql_injection_victim": "high",
        "intel::notice": "high",
        "ssh::login_by_password_guesser": "high",
        "teamcymrumalwarehashregistry::match": "high",
        "signatures::sensitive_signature": "high",
        "signatures::multiple_signatures": "high",
        "signatures::multiple_sig_responders": "high",
        "ftp::bruteforcing": "medium",
        "heartbleed::ssl_heartbeat_many_requests": "medium",
        "heartbleed::ssl_heartbeat_odd_length": "medium",
        "scan::random_scan": "medium",
        "signatures::count_signature": "medium",
        "signatures::signature_summary": "medium",
        "smtp::suspicious_origination": "medium",
        "software::vulnerable_version": "medium",
        "ssh::interesting_hostname_login": "medium",
        "ssh::password_guessing": "medium",
        "ssh::watched_country_login": "medium",
        "scan::address_scan": "low",
        "scan::port_scan": "low",
        "conn::retransmission_inconsistency": "low",
        "dns::external_name": "low",
        "protocoldetector::protocol_found": "low",
        "protocoldetector::server_found": "low",
        "smtp::blocklist_blocked_host": "low",
        "smtp::blocklist_error_message": "low",
        "smtp::blacklist_blocked_host": "low",
        "smtp::blacklist_error_message": "low",
        "ssl::certificate_expired": "low",
        "ssl::certificate_not_valid_yet": "low",
        "ssl::invalid_ocsp_response": "low",
        "ssl::invalid_server_cert": "low",
        "ssl::old_version": "low",
        "ssl::weak_cipher": "low",
        "ssl::weak_key": "low",
        "traceroute::detected": "low",
        "weird::activity": "low",
        "captureloss::too_little_traffic": "info",
        "captureloss::too_much_loss": "info",
        "conn::ack_above_hole": "info",
        "conn::content_gap": "info",
        "gridftp::data_channel": "info",
        "notice::tally": "info",
        "packetfilter::cannot_bpf_shunt_conn": "info",
        "packetfilter::compile_failure": "info",
        "packetfilter::dropped_packets": "info",
        "packetfilter::install_failure": "info",
        "packetfilter::no_more_conn_shunts_available": "info",
        "packetfilter::too_long_to_compile_filter": "info",
        "pcap::filter_warning": "info",
        "software::software_version_change": "info",
        "ssl::certificate_expires_soon": "info",
        "weird::weird_summary": "info",
    }
)

# Families of packages that are installed beside Zeek; what the type contains.
SEVERITY_IN_FAMILY: Mapping[str, Severity] = MappingProxyType(
    {"attack::": "high", "cve_": "high", "exploit": "high", "malware": "high"}
)

# A site that wants to be told at once of a type of its own means it.
SEVERITY_OF_ACTION: Mapping[str, Severity] = MappingProxyType(
    {"notice::action_page": "high", "notice::action_alarm": "high", "notice::action_email": "high"}
)

THREAT_IN_NOTE: Mapping[str, ThreatType] = MappingProxyType(
    {
        "sql_injection": "web_attack",
        "heartbeat": "intrusion",
        "site_exec": "intrusion",
        "exploit": "intrusion",
        "cve_": "intrusion",
        "malware": "malware",
        "password_guess": "credential_access",
        "bruteforc": "credential_access",
        "hostname_login": "credential_access",
        "watched_country": "credential_access",
        "scan::": "reconnaissance",
        "traceroute": "reconnaissance",
        "intel::": "suspicious_activity",
        "signatures::": "suspicious_activity",
        "weird::": "suspicious_activity",
        "smtp::": "suspicious_activity",
        "protocoldetector::": "suspicious_activity",
        "conn::": "suspicious_activity",
        "dns::": "suspicious_activity",
        "ssl::": "policy_violation",
        "software::": "policy_violation",
    }
)
