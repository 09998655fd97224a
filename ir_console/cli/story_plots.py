"""The plots of the demo: attacks as they unfold, and the noise between them. Data only.

In the texts `{user}`, `{workstation}`, `{server}`, `{attacker_ip}`, `{domain}` name the cast.
"""

from .story_cast import Beat

_PHISHING = (
    Beat(
        "phishing", "mail", "201", "Mail with macro document delivered to {user}", "low",
        "phishing", ("T1566.001",), "mail", 25, ("email",), 0.6,
        "Attachment Invoice-4711.docm from billing@{domain}; sender seen for the first time.",
    ),
    Beat(
        "phishing", "edr", "3107", "Office document started PowerShell on {workstation}", "high",
        "malware", ("T1204.002", "T1059.001"), "local", None, ("macro",), 0.85,
        "winword.exe → powershell.exe -nop -w hidden -enc SQBFAFgA… as {user}.",
    ),
    Beat(
        "phishing", "edr", "3120", "New autostart entry on {workstation}", "medium",
        "malware", ("T1547.001",), "local", None, ("persistence",), 0.7,
        "HKCU Run: OneDriveSync → %APPDATA%\\sync\\sync.exe, unsigned.",
    ),
    Beat(
        "phishing", "proxy", "88", "Beaconing from {workstation} to {domain}", "high",
        "command_and_control", ("T1071.001",), "out", 443, ("beacon",), 0.8,
        "One POST every 60 s ± 4 s for 22 minutes, 312 bytes each.",
    ),
    Beat(
        "phishing", "edr", "3301", "LSASS memory read on {workstation}", "critical",
        "credential_access", ("T1003.001",), "local", None, ("credentials",), 0.9,
        "rundll32.exe comsvcs.dll MiniDump by {user}.",
    ),
    Beat(
        "phishing", "ad", "4624", "Unusual remote logon to {server} by {user}", "high",
        "lateral_movement", ("T1021.002",), "side", 445, ("lateral",), 0.75,
        "First SMB logon of {user} to {server} in 90 days, from {workstation}.",
    ),
    Beat(
        "phishing", "edr", "3410", "Service created remotely on {server}", "critical",
        "lateral_movement", ("T1569.002",), "side", 445, ("lateral",), 0.9,
        "Service PSEXESVC installed from {workstation_ip} with the account {user}.",
    ),
)  # fmt: skip

_BRUTE_FORCE = (
    Beat(
        "brute force", "vpn", "12", "Failed VPN logins for {user} from {attacker_ip}", "low",
        "credential_access", ("T1110.001",), "in", 443, ("vpn",), 0.5,
        "40 failures in 3 minutes.",
    ),
    Beat(
        "brute force", "vpn", "14", "Password spraying against the VPN from {attacker_ip}",
        "medium", "credential_access", ("T1110.003",), "in", 443, ("vpn",), 0.7,
        "212 accounts tried with few passwords each.",
    ),
    Beat(
        "brute force", "vpn", "17", "VPN login of {user} after many failures", "critical",
        "credential_access", ("T1078",), "in", 443, ("vpn", "success"), 0.9,
        "Success from {attacker_ip}, a network never used by {user}; no second factor enrolled.",
    ),
    Beat(
        "brute force", "ad", "4720", "Account created outside office hours by {user}", "high",
        "privilege_escalation", ("T1136.002",), "side", 389, ("account",), 0.8,
        "svc-backup2 was added to Domain Admins.",
    ),
    Beat(
        "brute force", "dlp", "77", "Large upload by {user} to {domain}", "critical",
        "data_exfiltration", ("T1567.002",), "out", 443, ("exfiltration",), 0.85,
        "4.2 GB in 11 minutes from {workstation}; the usual day is 30 MB.",
    ),
)  # fmt: skip

_WEB_ATTACK = (
    Beat(
        "web attack", "waf", "942100", "SQL injection attempt against {server}", "medium",
        "web_attack", ("T1190",), "in", 443, ("sqli",), 0.6,
        "/search?q=%27%20UNION%20SELECT… blocked 118 times.",
    ),
    Beat(
        "web attack", "waf", "933150", "Upload of a script file to {server}", "high",
        "web_attack", ("T1505.003",), "in", 443, ("webshell",), 0.8,
        "POST /media/upload.php img.php.jpg, answered 200.",
    ),
    Beat(
        "web attack", "edr", "3502", "Web server started a shell on {server}", "critical",
        "intrusion", ("T1059.004",), "in", 443, ("webshell",), 0.92,
        "php-fpm → /bin/sh -c id; uname -a; parent request from {attacker_ip}.",
    ),
    Beat(
        "web attack", "suricata", "2024897", "Outbound reverse shell from {server}", "critical",
        "command_and_control", ("T1571",), "in", 4444, ("reverse-shell",), 0.9,
        "TCP 4444 to {attacker_ip}, open for 6 minutes.",
    ),
)  # fmt: skip

_RANSOMWARE = (
    Beat(
        "ransomware", "edr", "3610", "Shadow copies deleted on {server}", "critical",
        "ransomware", ("T1490",), "side", 445, ("ransomware",), 0.95,
        "vssadmin delete shadows /all /quiet by {user}.",
    ),
    Beat(
        "ransomware", "fim", "55", "Many files renamed on {server}", "critical",
        "ransomware", ("T1486",), "side", 445, ("ransomware",), 0.93,
        "18,402 files got the ending .l0ck3d within 4 minutes.",
    ),
    Beat(
        "ransomware", "edr", "3615", "Backup service stopped on {server}", "high",
        "ransomware", ("T1489",), "side", 445, ("ransomware",), 0.85,
    ),
    Beat(
        "ransomware", "edr", "3101", "Ransom note written on {workstation}", "critical",
        "ransomware", ("T1486",), "local", None, ("ransomware",), 0.97,
        "README-RESTORE.txt on the desktop of {user}.",
    ),
)  # fmt: skip

_INSIDER = (
    Beat(
        "insider", "dlp", "31", "Customer list opened by {user}", "low",
        "insider_threat", (), "side", 445, ("hr-notice",), 0.4,
        "{user} leaves the company at the end of the month.",
    ),
    Beat(
        "insider", "dlp", "36", "USB mass storage used on {workstation}", "medium",
        "policy_violation", ("T1052.001",), "local", None, ("usb",), 0.6,
        "2.1 GB written by {user}.",
    ),
    Beat(
        "insider", "proxy", "93", "Upload of archives by {user} to private storage", "high",
        "data_exfiltration", ("T1567.002",), "out", 443, ("exfiltration",), 0.75,
        "crm-export.zip, 640 MB, to {domain}.",
    ),
)  # fmt: skip

ATTACKS: tuple[tuple[Beat, ...], ...] = (
    _PHISHING, _BRUTE_FORCE, _WEB_ATTACK, _RANSOMWARE, _INSIDER,
)  # fmt: skip

NOISE: tuple[Beat, ...] = (
    Beat(
        "noisy scanner", "suricata", "2001219", "SSH scan from {attacker_ip}", "low",
        "reconnaissance", ("T1046",), "in", 22, ("scan",), 0.4,
    ),
    Beat(
        "noisy scanner", "suricata", "2010937", "Scan for database ports from {attacker_ip}",
        "low", "reconnaissance", ("T1046",), "in", 3306, ("scan",), 0.4,
    ),
    Beat(
        "noisy scanner", "suricata", "2002911", "Scan for VNC from {attacker_ip}", "info",
        "reconnaissance", ("T1046",), "in", 5900, ("scan",), 0.3,
    ),
    Beat(
        "noise", "ad", "4625", "Failed logons of {user} on {workstation}", "info",
        "credential_access", (), "local", None, (), 0.3, "5 failures, then success.",
    ),
    Beat(
        "noise", "edr", "3050", "Unsigned driver loaded on {workstation}", "low",
        "suspicious_activity", ("T1543.003",), "local", None, (), 0.4,
    ),
    Beat(
        "noise", "proxy", "61", "Access to a newly registered domain by {user}", "low",
        "suspicious_activity", (), "out", 443, (), 0.4, "{domain}, registered two days ago.",
    ),
    Beat(
        "noise", "mail", "210", "Mail with a shortened link reported by {user}", "medium",
        "phishing", ("T1566.002",), "mail", 25, ("reported",), 0.5,
    ),
    Beat(
        "noise", "av", "9", "Adware quarantined on {workstation}", "info",
        "malware", (), "local", None, ("quarantined",), 0.6, "PUA.Win32.Toolbar, cleaned.",
    ),
    Beat(
        "noise", "suricata", "2013504", "Package management user agent to {server}", "info",
        "policy_violation", (), "side", 80, (), 0.3,
    ),
    Beat(
        "noise", "cloud", "340", "Sign-in of {user} from a new country", "medium",
        "credential_access", ("T1078.004",), "local", None, ("travel",), 0.5,
        "{attacker_ip}; the second factor was given.",
    ),
    Beat(
        "noise", "vuln", "700", "Outdated TLS library on {server}", "info",
        "policy_violation", (), "side", 443, ("patch",), 0.8,
    ),
    Beat(
        "noise", "waf", "913100", "Security scanner against {server}", "low",
        "reconnaissance", ("T1595.002",), "in", 443, ("scan",), 0.5,
    ),
)  # fmt: skip
