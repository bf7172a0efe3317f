"""Pages that are no document."""

import pytest

from monitor.text.pages import FaultKind, FaultList, page_fault

TITLES = {
    "blocked": ["Just a moment...", "Attention Required! | Cloudflare", "Access denied", "Toegang geweigerd",
                "Accès refusé", "Zugriff verweigert", "403 Forbidden"],
    "login": ["Log in – Intranet", "Aanmelden", "Se connecter | Portail", "Anmeldung"],
    "consent": ["Voordat je verdergaat", "Before you continue", "DPG Media Privacy Gate · Privacy Gate",
                "Cookies required", "Cookies vereist", "Cookies requis - Portail", "Cookies erforderlich"],
    "maintenance": ["Site en maintenance", "Wartungsarbeiten", "Under maintenance", "Onderhoud"],
    "not_found": ["404 Not Found", "Page not found | BOSA", "Pagina niet gevonden - Vlaanderen.be",
                  "Page introuvable", "Seite nicht gefunden – Ostbelgien", "Error 404"],
    "error": ["502 Bad Gateway", "Internal Server Error", "Er is een fout opgetreden", "Une erreur est survenue"],
    "parked": ["Welcome to nginx!", "This domain is for sale", "Account Suspended"],
}  # fmt: skip

LINES = {
    "blocked": ["Checking if the site connection is secure", "Verify you are human by completing the action below.",
                "Please complete the security check to access example.org", "Sorry, you have been blocked",
                "Enable JavaScript and cookies to continue", "Request unsuccessful. Incapsula incident ID: 5-6",
                "Bevestig dat u een mens bent", "Votre adresse IP a été bloquée.",
                "Bitte bestätigen Sie, dass Sie kein Roboter sind", "Ihre Anfrage wurde blockiert."],
    "login": ["You must be logged in to view this page.", "Gelieve u aan te melden.",
              "Veuillez vous connecter.", "Bitte melden Sie sich an."],
    "consent": ["Accept all cookies to continue reading", "Om verder te gaan vragen wij uw toestemming.",
                "Avant de continuer, choisissez vos cookies", "Bevor Sie fortfahren"],
    "maintenance": ["This site is currently under maintenance.", "Deze website is tijdelijk niet beschikbaar.",
                    "Le site est actuellement en maintenance.", "Die Seite wird derzeit gewartet.",
                    "We'll be back soon!"],
    "not_found": ["The page you are looking for could not be found.", "The requested URL was not found on this server.",
                  "De pagina die u zoekt bestaat niet.", "De opgevraagde pagina werd niet gevonden.",
                  "La page que vous recherchez n’existe plus.", "La page demandée est introuvable.",
                  "Die angeforderte Seite wurde nicht gefunden.", "Diese Seite existiert leider nicht."],
    "error": ["An unexpected error occurred.", "Something went wrong", "Er is iets misgegaan.",
              "Une erreur s'est produite.", "Es ist ein Fehler aufgetreten."],
    "parked": ["Buy this domain", "Dit domein is te koop", "Ce nom de domaine est à vendre",
               "Diese Domain steht zum Verkauf"],
    "shell": ["You need to enable JavaScript to run this app.", "Please enable JavaScript",
              "Veuillez activer JavaScript", "Bitte aktivieren Sie JavaScript", "JavaScript is uitgeschakeld"],
}  # fmt: skip

DOCUMENTS = [
    "We use a captcha on our contact form to keep robots out.",
    "Your consent to cookies can be withdrawn; accept or refuse them in the settings.",
    "The public authority may deny access to the file in the cases named in Article 6.",
    "An error in the register is corrected within thirty days.",
    "The policy on road maintenance was adopted in 2023.",
    "Personen die niet gevonden worden in het register, krijgen bericht.",
    "Users log in to the platform with their identity card.",
    "Dieses Gesetz verbietet den Zugriff auf die Daten.",
    "La page du ministère présente le plan d'action.",
]


def asked(faults, title="", text="", **more):
    more.setdefault("words", len(text.split()))
    facts = {"status": 200, "password_form": False, "headers": {}} | more
    return page_fault(title, text, faults=faults, **facts)


@pytest.mark.parametrize(("kind", "title"), [(kind, t) for kind, titles in TITLES.items() for t in titles])
def test_a_title_gives_a_short_page_away(kind, title, faults):
    assert asked(faults, title, "Some words of no meaning.").kind == kind


@pytest.mark.parametrize(("kind", "line"), [(kind, x) for kind, lines in LINES.items() for x in lines])
def test_a_line_gives_a_short_page_away_and_is_quoted(kind, line, faults):
    found = asked(faults, "example.org", f"Logo\n{line}\nContact")
    assert (found.kind, found.phrase) == (kind, line)


@pytest.mark.parametrize("line", DOCUMENTS)
def test_a_short_document_is_none_of_them(line, faults):
    assert asked(faults, "AI policy of the region", line) is None


@pytest.mark.parametrize("line", [x for lines in LINES.values() for x in lines])
def test_a_long_document_may_say_what_it_likes(line, faults):
    assert asked(faults, "Privacy policy", f"{line}\n" + "We keep your data safe.\n" * 200) is None


@pytest.mark.parametrize(
    "title",
    [
        "Error-correcting codes in Belgium",
        "Access denied: how borders close",
        "Login data policy",
        "404 reasons to vote",
    ],
)
def test_a_title_that_only_begins_so_is_a_documents(title, faults):
    assert asked(faults, title.replace(": ", " of "), "A short page about something.") is None


COOKIES = [
    "Your browser does not accept cookies. Please enable cookies in your browser and reload this page.",
    "Your browser's cookie functionality is turned off. Please turn it on.",
    "Cookies are disabled in your browser.", "This site requires cookies to be enabled.",
    "To use this website, cookies must be enabled.", "Please enable cookies and reload the page.",
    "You must enable cookies to continue.", "Please enable JavaScript to continue.",
    "Uw browser aanvaardt geen cookies. Schakel cookies in om deze website te gebruiken.",
    "Cookies zijn uitgeschakeld in uw browser.", "Gelieve cookies in te schakelen en opnieuw te proberen.",
    "Voor deze site moeten cookies ingeschakeld zijn.", "Schakel JavaScript in om deze website te gebruiken.",
    "Votre navigateur n'accepte pas les cookies. Veuillez activer les cookies puis recharger cette page.",
    "Les cookies sont désactivés sur votre navigateur.", "Les cookies doivent être activés pour consulter ce site.",
    "Veuillez activer les cookies dans votre navigateur.", "Veuillez activer JavaScript pour continuer.",
    "Ihr Browser akzeptiert keine Cookies. Bitte aktivieren Sie Cookies und laden Sie die Seite neu.",
    "Cookies sind in Ihrem Browser deaktiviert.", "Cookies müssen aktiviert sein.",
    "Bitte aktivieren Sie JavaScript, um fortzufahren.",
]  # fmt: skip
"""Pages of a server that wants its cookie back, or a script run, before it shows the document."""

BANNERS = [
    "We use cookies to improve this site. Accept cookies or refuse them.",
    "If you do not accept cookies, parts of this site may not work.",
    "Please accept marketing cookies to watch this video.",
    "Wij gebruiken cookies. Cookies toestaan of weigeren.",
    "Ce site utilise des cookies. Acceptez-vous les cookies de mesure d'audience ?",
    "Pour voir cette vidéo, acceptez les cookies de YouTube.",
    "Diese Website verwendet Cookies. Cookies akzeptieren oder ablehnen.",
    "Please enable JavaScript to view the comments.",
]


@pytest.mark.parametrize("line", COOKIES)
def test_a_page_that_wants_cookies_or_scripts_first_is_blocked(line, faults):
    assert asked(faults, "example.org", f"{line}\nContact").kind is FaultKind.BLOCKED


@pytest.mark.parametrize("line", BANNERS)
def test_a_banner_about_cookies_makes_a_short_document_no_wall(line, faults):
    text = "Register of algorithms\n" + "The register names each system, its purpose and who answers for it.\n" * 5
    assert asked(faults, "Register", f"{text}{line}") is None


def test_an_error_status_widens_the_bounds(faults):
    text = "Sorry, you have been blocked\n" + "word " * 300
    assert asked(faults, "x", text) is None
    assert asked(faults, "x", text, status=403).kind is FaultKind.BLOCKED


def test_a_page_with_status_404_is_not_found_before_it_is_an_error(faults):
    text = "Something went wrong\nThe page you are looking for could not be found."
    assert asked(faults, "Error", text, status=404).kind is FaultKind.NOT_FOUND
    assert asked(faults, "Error", "Something went wrong", status=404) is None
    assert asked(faults, "Error", "Something went wrong", status=500).kind is FaultKind.ERROR


def test_a_challenge_is_known_by_its_source(faults):
    raw = b"<html><script>window._cf_chl_opt={}</script><div id=cf-chl-widget></div>"
    found = asked(faults, "example.org", "example.org", raw=raw)
    assert (found.kind, found.phrase) == (FaultKind.BLOCKED, "cf-chl-")


def test_marks_that_ordinary_pages_carry_count_on_empty_ones_only(faults):
    raw = b"<script src='/_Incapsula_Resource?x'></script>"
    assert asked(faults, "x", "two words", raw=raw).kind is FaultKind.BLOCKED
    assert asked(faults, "x", "a page of some words " * 5, raw=raw) is None


def test_a_challenge_is_known_by_its_headers(faults):
    found = asked(faults, "x", "A long page. " * 400, headers={"cf-mitigated": "Challenge"})
    assert (found.kind, found.phrase) == (FaultKind.BLOCKED, "cf-mitigated: Challenge")
    assert asked(faults, "x", "A long page. " * 400, headers={"cf-mitigated": "none"}) is None


def test_a_short_page_with_a_password_field_is_a_login_page(faults):
    assert asked(faults, "Portal", "Name", password_form=True).kind is FaultKind.LOGIN
    assert asked(faults, "Portal", "A long policy. " * 100, password_form=True) is None


def test_a_page_without_words_is_a_shell(faults):
    assert asked(faults, "Policy", "", raw=b"<html><body></body></html>").kind is FaultKind.SHELL
    assert asked(faults, "App", "Menu", raw=b'<div id="root"></div>').phrase == 'id="root"'


PERMA = b"""<html><head><title>Report on Activities | Perma.cc</title></head><body><nav>Show record details</nav>
<iframe src="https://rejouer.perma.cc/2M7K-SLGD/mp_/https://example.org/report.pdf"></iframe></body></html>"""


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (PERMA, "Show record details. " * 20),
        (b'<body><h1>Report</h1><iframe width="100%" height="900" src="/files/report.pdf"></iframe>', "Report"),
        (b'<div><embed src="report.pdf" type="application/pdf"></div>', "Download the report here"),
        (b'<object type="application/pdf" data="/report.pdf"></object>', "Report"),
        (b'<script src="/lib/pdfjs/web/viewer.js"></script><div class="toolbar">', "Page 1 of 12 Zoom Print"),
    ],
)
def test_a_page_that_only_frames_the_document_is_not_the_document(faults, raw, text):
    assert asked(faults, "Report on Activities", text, raw=raw).kind is FaultKind.FRAME


@pytest.mark.parametrize(
    "raw",
    [
        b'<p>Text.</p><iframe src="https://www.googletagmanager.com/ns.html?id=GTM-1" height="0" width="0"></iframe>',
        b'<p>Text.</p><iframe style="display:none" src="https://stats.example/x"></iframe>',
        b'<p>Text.</p><iframe width="1" height="1" src="https://stats.example/x"></iframe>',
        b'<p>Text.</p><iframe src="https://www.youtube-nocookie.com/embed/x"></iframe>',
    ],
)
def test_a_short_page_with_a_counter_or_a_video_beside_its_text_is_a_page(faults, raw):
    assert asked(faults, "Notice", "The body asks for a ban.", raw=raw) is None


def test_a_long_page_with_a_frame_in_it_is_a_page(faults):
    assert asked(faults, "Policy", "A long policy. " * 100, raw=b'<iframe src="/annex.pdf"></iframe>') is None


def test_a_pdf_without_source_and_text_is_no_shell(faults):
    assert asked(faults, "", "") is None


def test_lines_far_down_and_very_long_lines_are_not_read(faults):
    assert asked(faults, "x", "y\n" * 500 + "Buy this domain", words=20) is None
    assert asked(faults, "x", "Buy this domain " + "word " * 60) is None


def test_a_list_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="due here"):
        FaultList.compile({"faults": {"blocked": {"titles": "captcha"}}})
