"""What stands around the texts on the played sites: menus, cookie banners, footers with clocks and counters."""

from monitor.demo.markup import Site

AI4BELGIUM = Site(
    name="AI 4 Belgium",
    css="wp",
    menu=("Home", "Introduction", "News", "Working groups", "Join AI4Belgium", "Contact"),
    languages=("en", "fr", "nl"),
    cookies="We use cookies to make this website work and to count visits. You can refuse the latter.",
    cookies_every=2,
    newsletter="Subscribe to our newsletter",
    related=(
        "The EU AI Act: what changes for you?",
        "Elements of AI: follow the free course",
        "AI for the public good",
        "Meet the mentors",
    ),
    footer=(
        "AI4Belgium is supported by FPS BOSA and Agoria.",
        "Page generated on {clock}",
        "Privacy | Cookies | Legal",
    ),
)
COMMISSION = Site(
    name="AI Watch",
    css="ecl",
    menu=("Home", "About", "Countries", "Topics", "News and events"),
    languages=("en",),
    cookies="This site uses cookies. Visit our cookies policy page or click the link in any footer.",
    footer=(
        "This site is managed by the Joint Research Centre.",
        "Accessibility | Cookies | Legal notice",
        "{clock}",
    ),
    labels=("Skip to main content", "Share this page"),
    related=("Facebook", "LinkedIn", "X", "E-mail"),
)
WIKIPEDIA = Site(
    name="Wikipedia",
    css="mw",
    menu=("Main page", "Contents", "Current events", "Random article", "Donate"),
    languages=("de", "fr", "nl"),
    footer=(
        "Text is available under the Creative Commons Attribution-ShareAlike License; additional terms may apply.",
        "Privacy policy | About Wikipedia | Disclaimers",
    ),
    labels=("Jump to content", "Tools"),
)
VANDEN_BURRE = Site(
    name="Gilles Vanden Burre",
    language="fr",
    css="blog",
    charset="iso-8859-1",
    menu=("Accueil", "Qui suis-je ?", "Mon travail au Parlement", "Presse", "Contact"),
    related=("La mobilité à Bruxelles", "Sortir du nucléaire", "Un service citoyen", "Mes vœux pour l’année"),
    labels=("Aller au contenu", "Articles récents"),
    footer=("Éditeur responsable : G. Vanden Burre", "Vous êtes le visiteur n° {visits}"),
)
PARKED = Site(name="gillesvandenburre.be", css="parking", related=("Prêt personnel", "Mutuelle", "Hôtels à Namur"))
EWI = Site(
    name="Departement Economie, Wetenschap en Innovatie",
    language="nl",
    css="drupal",
    menu=("Onze opdracht", "Nieuws", "Publicaties", "Subsidies", "Over EWI", "Contact"),
    cookies="Deze website gebruikt cookies. Lees meer in ons cookiebeleid.",
    newsletter="Schrijf in op onze nieuwsbrief",
    labels=("Overslaan en naar de inhoud gaan", "Gerelateerd nieuws"),
    related=(
        "Nieuwe oproep voor speerpuntclusters",
        "STEM-monitor gepubliceerd",
        "Vlaanderen op de wereldtentoonstelling",
    ),
    footer=("Een officiële website van de Vlaamse overheid", "Disclaimer | Privacy | Toegankelijkheid"),
)
DIGITAL_WALLONIA_EN = Site(
    name="Digital Wallonia",
    css="dw",
    menu=("Strategy", "Programmes", "Publications", "Map", "Agenda"),
    languages=("fr", "en"),
    cookies="Digital Wallonia uses cookies for statistics only.",
    newsletter="Receive the Digital Wallonia newsletter",
    related=("5G: where do we stand?", "Digital maturity of companies", "Made in Wallonia", "Open data in the cities"),
    footer=("Agence du Numérique, avenue Prince de Liège 133, 5100 Jambes", "Updated {clock}"),
)
DIGITAL_WALLONIA_FR = Site(
    name="Digital Wallonia",
    language="fr",
    css="dw",
    menu=("Stratégie", "Programmes", "Publications", "Cartographie", "Agenda"),
    languages=("fr", "en"),
    cookies="Digital Wallonia utilise des cookies à des fins statistiques uniquement.",
    newsletter="Recevoir la lettre d’information de Digital Wallonia",
    labels=("Aller au contenu principal", "À lire aussi"),
    related=("La 5G : où en est-on ?", "Maturité numérique des entreprises", "Open data dans les villes"),
    footer=("Agence du Numérique, avenue Prince de Liège 133, 5100 Jambes", "Mis à jour le {clock}"),
)
INNOVIRIS = Site(
    name="innoviris.brussels",
    css="field",
    menu=("Get funded", "Funded projects", "About us", "News", "Contact"),
    languages=("en", "fr", "nl"),
    cookies="We value your privacy. Accept all, refuse all or choose.",
    newsletter="Stay informed: leave your e-mail address",
    footer=("Innoviris, chaussée de Charleroi 112, 1060 Brussels", "© {clock}"),
)
OECD = Site(name="OECD.AI Policy Observatory", css="app")
PWC = Site(
    name="PwC Legal",
    css="aem",
    menu=("Services", "Industries", "News", "Careers", "Contact us"),
    footer=("© 2017 - 2026 PwC. All rights reserved.",),
)
HUNTON = Site(
    name="Hunton Andrews Kurth LLP",
    css="firm",
    menu=("People", "Services", "News & Insights", "Locations", "Careers"),
    cookies="By using this website you agree to our use of cookies.",
    newsletter="Subscribe to the Privacy and Cybersecurity Law Blog",
    labels=("Skip to main content", "Related posts"),
    related=(
        "CNIL Publishes Guidance on Scraping",
        "Centre Publishes Paper on Assessments",
        "California Regulations Take Effect",
        "Webinar: a Year of Enforcement",
    ),
    footer=("Attorney advertising. Prior results do not guarantee a similar outcome.", "Page served {clock}"),
)
ALGORITHM_WATCH = Site(
    name="Automating Society Report 2020",
    css="report",
    still=True,
    menu=("Introduction", "European Union", "Belgium", "Denmark", "Estonia", "Back to top"),
    footer=("Published by AlgorithmWatch and Bertelsmann Stiftung, CC BY 4.0",),
)
COC = Site(
    name="Supervisory Body for Police Information",
    css="coc",
    menu=("Monitoring Body", "Citizen", "Professional", "Publications", "Contact"),
    languages=("nl", "fr", "en"),
    footer=("Leuvenseweg 48, 1000 Brussels", "Visitors since 2018: {visits}", "It is now {clock}"),
)
LIBERTIES = Site(
    name="Liberties.eu",
    css="lib",
    menu=("Stories", "Explainers", "Campaigns", "About us", "Donate"),
    newsletter="Watchdogs of democracy: get our stories in your inbox",
    related=("Why the rule of law matters", "What is an NHRI?", "Your rights at a protest"),
    footer=("Civil Liberties Union for Europe e. V., Berlin",),
)
CIVICUS = Site(name="CIVICUS Monitor", css="monitor", menu=("Explore", "Watch list", "Methodology"), still=True)
ENNHRI = Site(
    name="ENNHRI",
    css="elementor",
    menu=("About us", "Our members", "Our work", "News & blog", "Contact"),
    newsletter="Sign up to our newsletter",
    related=("Annual conference in Brussels", "State of the rule of law in Europe", "A new accreditation"),
    footer=("European Network of National Human Rights Institutions, rue de l’Industrie 10, 1000 Brussels",),
)
AMNESTY = Site(
    name="Amnesty International",
    css="amn",
    menu=("Who we are", "What we do", "Countries", "Get involved", "News"),
    languages=("ar", "en", "es", "fr"),
    cookies="We and our partners use cookies. Manage your preferences at any time.",
    related=("Give today and defend human rights", "Sign: free the ten", "Write for rights", "Become a member"),
    labels=("Skip to main content", "Act now"),
    footer=("© 2026 Amnesty International", "Privacy statement | Cookie statement"),
)
FREEDOM_HOUSE = Site(
    name="Freedom House",
    css="fh",
    menu=("Issues", "Countries", "Policy recommendations", "Donate"),
    cookies="Freedom House uses cookies to offer you a better experience.",
    cookies_every=3,
    newsletter="Be the first to know what’s happening",
    related=("Freedom on the Net", "Nations in Transit", "Beijing’s Global Media Influence", "Donate 25 dollars"),
    labels=("Skip to main content", "Explore"),
    footer=("1850 M Street NW, Washington", "{visits} people have read this"),
)
