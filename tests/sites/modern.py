"""Drupal, WordPress, Plone, Typo3 and Confluence: systems that name their parts."""
# ruff: noqa: E501 - markup is written as it is sent

from html import escape

from sites.document import Chapter, Document
from sites.site import slug
from sites.systems import System, system


@system("drupal")
class Drupal(System):
    def paragraph(self, text: str) -> str:
        return f'<p class="text-align-justify">{text}</p>'

    def heading(self, level: int, text: str) -> str:
        return f'<h{level} id="{slug(text)}">{text}</h{level}>'

    def table(self, rows: list[list[str]]) -> str:
        return f'<div class="table-responsive">{super().table(rows)}</div>'

    def box(self, text: str) -> str:
        return (
            '<div class="paragraph paragraph--type--highlight paragraph--view-mode--default">'
            f'<div class="clearfix text-formatted field field--name-field-text field--type-text-long field__item">'
            f"{self.paragraph(text)}</div></div>"
        )

    def aside(self, text: str) -> str:
        return f'<aside class="paragraph paragraph--type--aside ecl-u-pa-m">{self.paragraph(text)}</aside>'

    def links(self, found: list[tuple[str, str]]) -> str:
        return "".join(
            '<span class="file file--mime-application-pdf file--application-pdf">'
            f'<a href="/sites/default{a}" type="application/pdf" title="{slug(w)}.pdf">{escape(w)}</a></span> '
            "<span>(312.4 KB)</span><br />"
            for w, a in found
        )

    def note(self, text: str) -> str:
        return f'<footer class="node__meta node-footnote">{self.paragraph(text)}</footer>'

    def page(self, document: Document) -> str:
        f, wide = self.fetch, " layout--twocol-section" if self.site.design % 2 else ""
        inner = (
            f'<article role="article" class="node node--type-page node--view-mode-full clearfix" data-history-node-id="4711">'
            f'<div class="node__content clearfix"><div class="clearfix text-formatted field field--name-body '
            f'field--type-text-with-summary field--label-hidden field__item">{self.body(document)}</div></div>'
            f"{self.noted(document)}</article>"
        )
        if self.site.design % 2:
            inner = f'<div class="layout layout--onecol"><div class="layout__region layout__region--content">{inner}</div></div>'
        build = f'<form class="search-block-form" action="/search"><input type="hidden" name="form_build_id" value="form-{f.token}" />'
        return f"""<!DOCTYPE html><html lang="{document.language}" dir="ltr">{self.head(document, f'<script nonce="{f.token[:16]}">window.dl=[];</script>')}
<body class="path-node page-node-type-page{wide}"><a href="#main-content" class="visually-hidden focusable skip-link">{self.word("skip")}</a>
{self.cookies('<div id="sliding-popup" class="eu-cookie-compliance-banner"><p>{0}</p><button type="button">{1}</button><button>{2}</button></div>')}
<div class="dialog-off-canvas-main-canvas" data-off-canvas-main-canvas=""><div class="layout-container">
<header role="banner"><div class="region region-header"><div class="block block-system block-system-branding-block"><a href="/" rel="home">{escape(self.site.name)}</a></div>
<div class="search-block">{build}<label>{self.word("search")}</label><input type="search" name="keys" /></form></div></div></header>
<nav role="navigation" class="block block-menu navigation menu--main">{self.menu('<li class="menu-item">{0}</li>', '<ul class="menu">{}</ul>')}</nav>
<main role="main"><a id="main-content" tabindex="-1"></a><div class="layout-content"><div class="region region-content">
<div class="block block-core block-page-title-block"><h1 class="page-title"><span class="field field--name-title">{escape(document.title)}</span></h1></div>{inner}</div></div>
<aside class="layout-sidebar-second" role="complementary"><div class="views-element-container block block-views block-views-blocknews-block-1"><h2>{self.word("news")}</h2>
{self.news('<div class="views-row"><div class="views-field views-field-title"><span class="field-content">{0}</span></div><span class="date">{1}</span></div>')}</div>{self.advert('<div class="block-ad">{0}</div>')}</aside></main>
<footer role="contentinfo"><div class="region region-footer">{self.menu('<li class="menu-item">{0}</li>')}<p>{escape(self.site.footer)} – {self.site.phone}</p></div></footer></div></div></body></html>"""


@system("wordpress")
class WordPress(System):
    def paragraph(self, text: str) -> str:
        return f'<p class="has-text-align-left">{text}</p>'

    def heading(self, level: int, text: str) -> str:
        return f'<h{level} class="wp-block-heading" id="h-{slug(text)}">{text}</h{level}>'

    def entries(self, items: list[str]) -> str:
        return f'<ul class="wp-block-list">{"".join(f"<li>{x}</li>" for x in items)}</ul>'

    def table(self, rows: list[list[str]]) -> str:
        return f'<figure class="wp-block-table is-style-stripes">{super().table(rows)}</figure>'

    def box(self, text: str) -> str:
        return f'<div class="wp-block-group has-background is-layout-constrained" style="padding:1em"><div class="wp-block-group__inner-container">{self.paragraph(text)}</div></div>'

    def aside(self, text: str) -> str:
        return f'<aside class="wp-block-group sidenote widget_text">{self.paragraph(text)}</aside>'

    def links(self, found: list[tuple[str, str]]) -> str:
        return "".join(
            f'<div class="wp-block-file"><a href="/wp-content/uploads{a}">{escape(w)}</a>'
            f'<a href="/wp-content/uploads{a}" class="wp-block-file__button wp-element-button" download="">Download</a></div>'
            for w, a in found
        )

    def note(self, text: str) -> str:
        return f'<footer class="entry-footer"><div class="footnotes">{self.paragraph(text)}</div></footer>'

    def page(self, document: Document) -> str:
        f, div = self.fetch, "section" if self.site.design % 2 else "div"
        return f"""<!doctype html><html lang="{document.language}" class="no-js">{self.head(document, f'<link rel="stylesheet" href="/wp-content/themes/t/style.css?ver={f.token[:8]}" />')}
<body class="page-template-default page page-id-82 wp-embed-responsive has-sidebar"><div id="page" class="site">
<header id="masthead" class="site-header"><div class="site-branding"><p class="site-title"><a href="/">{escape(self.site.name)}</a></p></div>
<nav id="site-navigation" class="main-navigation">{self.menu('<li id="menu-item-{1}" class="menu-item menu-item-type-post_type menu-item-{1}">{0}</li>', '<ul id="primary-menu" class="menu nav-menu">{}</ul>')}</nav></header>
<{div} id="content" class="site-content"><div id="primary" class="content-area"><main id="main" class="site-main"><article id="post-82" class="post-82 page type-page status-publish hentry">
<header class="entry-header"><h1 class="entry-title">{escape(document.title)}</h1><div class="entry-meta"><span class="post-views">{self.word("views", n=f.views)}</span></div></header>
<div class="entry-content">{self.body(document)}<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">{self.word("share")}</h3><ul><li><a href="?share=x&amp;nb=1">X</a></li><li><a href="?share=facebook">Facebook</a></li></ul></div>
<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline">{self.word("related")}</h3><ul>{self.related("<li>{0}</li>")}</ul></div></div>{self.noted(document)}</article></main></div>
<aside id="secondary" class="widget-area"><section id="search-2" class="widget widget_search"><form role="search"><input type="search" /><button>{self.word("search")}</button></form></section>
<section id="recent-posts-2" class="widget widget_recent_entries"><h2 class="widget-title">{self.word("news")}</h2><ul>{self.news('<li>{0} <span class="post-date">{1}</span></li>')}</ul></section>
<section id="mc4wp_form_widget-2" class="widget widget_mc4wp_form_widget"><h2>{self.word("newsletter")}</h2><form><label>{self.word("mail")}</label><input type="email" /><input type="hidden" name="_mc4wp_timestamp" value="{int(f.at.timestamp())}" /></form></section>{self.advert('<section class="widget widget_media_image">{0}</section>')}</aside></{div}>
<footer id="colophon" class="site-footer"><div class="site-info">© {f.at.year} {escape(self.site.name)}. {self.word("rights")}. {escape(self.site.footer)}</div></footer></div>
{self.cookies('<div id="cmplz-cookiebanner-container"><div class="cmplz-cookiebanner" role="dialog"><div class="cmplz-message"><p>{0}</p></div><button>{1}</button><button>{2}</button></div></div>')}<script>var wpNonce="{f.token[:10]}";</script></body></html>"""


@system("plone")
class Plone(System):
    def heading(self, level: int, text: str) -> str:
        return f'<h{level} class="Subheading"><span>{text}</span></h{level}>'

    def table(self, rows: list[list[str]]) -> str:
        return super().table(rows).replace("<table>", '<table class="listing table table-striped">')

    def box(self, text: str) -> str:
        return f'<div class="pullquote callout">{self.paragraph(text)}</div>'

    def aside(self, text: str) -> str:
        return f'<div class="documentAside portletStatic"><div class="portletItem">{self.paragraph(text)}</div></div>'

    def links(self, found: list[tuple[str, str]]) -> str:
        icon = '<img class="content-icon" alt="" src="/++resource++mimetype.icons/pdf.png" />'
        items = (f'<a class="internal-link" href="/nl{a}/@@download/file">{icon}{escape(w)}</a>' for w, a in found)
        return self.entries(list(items))

    def note(self, text: str) -> str:
        return f'<div class="documentByLine discreet">{self.paragraph(text)}</div>'

    def notice(self, text: str) -> str:
        return f'<dl class="portalMessage warning"><dt>Info</dt><dd>{text}</dd></dl>'

    def page(self, document: Document) -> str:
        portlet = '<li class="portletItem odd">{0}<span class="portletItemDetails">{1}</span></li>'
        side = f"""<div id="portal-column-two" class="cell width-1:4 position-3:4"><div class="portletWrapper" data-portlethash="{self.fetch.token[:40]}"><dl class="portlet portletNews"><dt class="portletHeader">{self.word("news")}</dt><dd><ul>{self.news(portlet)}</ul></dd></dl></div>
<div class="portletWrapper"><dl class="portlet portletRelated"><dt class="portletHeader">{self.word("related")}</dt>{self.related('<dd class="portletItem">{0}</dd>')}</dl></div></div>"""
        content = f"""<div id="portal-column-content" class="cell width-3:4 position-1:4"><div id="viewlet-above-content"></div><div id="content"><h1 id="parent-fieldname-title" class="documentFirstHeading">{escape(document.title)}</h1>
<div id="content-core"><div id="parent-fieldname-text" class="">{self.body(document)}</div></div>{self.noted(document)}</div><div class="documentActions"><ul><li id="document-action-print"><a href="javascript:this.print();">{self.word("print")}</a></li></ul></div><span class="documentModified">{self.updated()}</span></div>"""
        columns = side + content if self.site.design % 2 else content + side
        return f"""<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" lang="{document.language}">{self.head(document)}<body class="template-document_view portaltype-document site-plone section-theme userrole-anonymous" dir="ltr">
<div id="visual-portal-wrapper"><div id="portal-top"><div id="portal-header"><a id="portal-logo" href="/">{escape(self.site.name)}</a><div id="portal-searchbox"><form><label class="hiddenStructure">{self.word("search")}</label><input class="searchField" name="SearchableText" /></form></div><p class="hiddenStructure"><a accesskey="2" href="#content">{self.word("skip")}</a></p></div>
{self.menu('<li id="portaltab-{1}" class="plain">{0}</li>', '<ul id="portal-globalnav">{}</ul>')}<div id="portal-personaltools-wrapper"><a href="/login?came_from={self.fetch.page}&amp;_authenticator={self.fetch.token}">{self.word("login")}</a></div></div>
<div id="portal-breadcrumbs"><span id="breadcrumbs-you-are-here">{self.word("you")}</span><span id="breadcrumbs-home"><a href="/">Home</a></span></div><div id="portal-columns" class="row">{columns}</div>
<div id="portal-footer"><p>{escape(self.site.footer)}</p><p>{self.site.phone}</p></div><ul id="portal-siteactions"><li><a href="/sitemap">{self.word("sitemap")}</a></li><li><a href="/accessibility-info">{self.word("access")}</a></li></ul></div>{self.cookies('<div class="cookie-consent-bar"><span>{0}</span> <a href="#">{1}</a> <a href="#">{2}</a></div>')}</body></html>"""


@system("typo3")
class Typo3(System):
    def paragraph(self, text: str) -> str:
        return f'<p class="bodytext">{text}</p>'

    def chapter(self, number: int, chapter: Chapter) -> str:
        head = f'<header class="frame-header"><h{chapter.level} class="element-header">{escape(chapter.heading)}</h{chapter.level}></header>'
        said = "\n".join(self.part(p) for p in chapter.parts)
        return f'<div id="c{2100 + number}" class="frame frame-default frame-type-text frame-layout-0"><div class="frame-container"><div class="frame-inner">{head}{said}</div></div></div>'

    def table(self, rows: list[list[str]]) -> str:
        made = super().table(rows).replace("<table>", '<table class="contenttable ce-table">')
        return f'<div class="table-fluid">{made}</div>'

    def box(self, text: str) -> str:
        return (
            f'<div class="panel panel-info csc-frame-frame1"><div class="panel-body">{self.paragraph(text)}</div></div>'
        )

    def aside(self, text: str) -> str:
        return f'<aside class="col-md-4 infobox">{self.paragraph(text)}</aside>'

    def links(self, found: list[tuple[str, str]]) -> str:
        items = "".join(
            f'<li class="uploads-item"><div class="media-body"><a href="/fileadmin{a}" title="{slug(w)}" target="_blank">'
            f'<span class="ce-uploads-fileName">{escape(w)}</span></a><span class="ce-uploads-filesize">1 MB</span></div></li>'
            for w, a in found
        )
        return f'<ul class="ce-uploads media-list">{items}</ul>'

    def note(self, text: str) -> str:
        return f'<div class="frame frame-type-text frame-footnote"><footer class="small">{self.paragraph(text)}</footer></div>'

    def page(self, document: Document) -> str:
        f = self.fetch
        teaser = '<div class="article articletype-0" itemscope="itemscope"><h3><span itemprop="headline">{0}</span></h3><time>{1}</time><div class="teaser-text"><p>{2}</p></div></div>'
        layout = "container-fluid subpage" if self.site.design % 2 else "container"
        inner = f'<!--TYPO3SEARCH_begin--><div id="c2099" class="frame frame-type-header"><h1>{escape(document.title)}</h1></div>{self.body(document)}{self.noted(document)}<!--TYPO3SEARCH_end-->'
        if self.site.design % 2:
            inner = f'<article class="content-main"><div class="row"><div class="col-12">{inner}</div></div></article>'
        return f"""<!DOCTYPE html><html lang="{document.language}">{self.head(document, '<meta name="generator" content="TYPO3 CMS" />')}<body id="p114" class="page-114 pagelevel-2 language-0"><div id="top"></div>
<div class="body-bg"><a class="sr-only sr-only-focusable" href="#page-content">{self.word("skip")}</a><header id="page-header" class="navbar navbar-mainnavigation"><div class="container"><a class="navbar-brand" href="/">{escape(self.site.name)}</a>
<nav role="navigation">{self.menu('<li class="nav-item"><span class="nav-link">{0}</span></li>', '<ul class="nav navbar-nav navbar-main">{}</ul>')}</nav></div></header><nav class="breadcrumb-section"><ol class="breadcrumb"><li>{self.word("you")}</li><li><a href="/">Start</a></li></ol></nav>
<div id="page-content" class="bp-page-content main-section"><div class="section section-default"><div class="{layout}"><div class="section-row"><main class="section-column maincontent-wrap" role="main">{inner}</main><div class="section-column subcontent-wrap"><div id="c300" class="frame frame-type-list"><div class="news">{self.news(teaser)}</div></div>{self.advert('<div class="frame frame-type-image">{0}</div>')}</div></div></div></div></div>
<footer id="page-footer"><div class="footer-section footer-section-content"><p>{escape(self.site.footer)}<br />{self.site.phone}</p></div><div class="footer-section-meta">{self.menu("<li>{0}</li>", '<ul class="meta">{}</ul>')}<p>© {f.at.year} {escape(self.site.name)}</p></div></footer></div>
{self.cookies('<div class="cc-window cc-banner" role="dialog" aria-label="cookieconsent"><span class="cc-message">{0}</span><a class="cc-btn">{1}</a><a class="cc-btn">{2}</a></div>')}<script src="/typo3temp/assets/compressed/merged-{f.token[:32]}.js?{int(f.at.timestamp())}"></script></body></html>"""


@system("confluence")
class Confluence(System):
    def heading(self, level: int, text: str) -> str:
        return f'<h{level} id="id-{slug(self.site.name)}-{slug(text).replace("-", "")}">{text}</h{level}>'

    def entries(self, items: list[str]) -> str:
        return f"<ul>{''.join(f'<li><p>{x}</p></li>' for x in items)}</ul>"

    def table(self, rows: list[list[str]]) -> str:
        head, *body = rows
        first = "".join(f'<th class="confluenceTh"><p><strong>{c}</strong></p></th>' for c in head)
        cells = ("".join(f'<td class="confluenceTd"><p>{c}</p></td>' for c in row) for row in body)
        rest = "".join(f"<tr>{row}</tr>" for row in cells)
        return f'<div class="table-wrap"><table class="wrapped confluenceTable"><colgroup><col /><col /></colgroup><tbody><tr>{first}</tr>{rest}</tbody></table></div>'

    def box(self, text: str) -> str:
        return f'<div class="confluence-information-macro confluence-information-macro-note"><span class="aui-icon aui-icon-small aui-iconfont-warning confluence-information-macro-icon"></span><div class="confluence-information-macro-body">{self.paragraph(text)}</div></div>'

    def aside(self, text: str) -> str:
        return f'<div class="columnLayout two-right-sidebar" data-layout="two-right-sidebar"><div class="cell aside" data-type="aside"><div class="innerCell">{self.paragraph(text)}</div></div></div>'

    def links(self, found: list[tuple[str, str]]) -> str:
        return "".join(
            f'<p><a href="/download/attachments/65601{a}" data-nice-type="PDF Document" data-linked-resource-type="attachment">{escape(w)}</a></p>'
            for w, a in found
        )

    def note(self, text: str) -> str:
        return f'<div class="panel" style="border-width: 1px;"><div class="panelContent">{self.paragraph(text)}</div></div>'

    def page(self, document: Document) -> str:
        f = self.fetch
        tree = "".join(
            f'<li><div class="plugin_pagetree_children_content"><span class="plugin_pagetree_children_span">{x}</span></div></li>'
            for x in self.related("{0}|").split("|")[:-1]
        )
        inner = f'<div id="main-content" class="wiki-content">{self.body(document)}{self.noted(document)}</div>'
        if self.site.design % 2:
            inner = f'<div id="content-body" class="view"><div class="contentLayout2"><div class="columnLayout single"><div class="cell normal"><div class="innerCell">{inner}</div></div></div></div></div>'
        return f"""<!DOCTYPE html><html lang="{document.language}">{self.head(document, f'<meta name="ajs-atl-token" content="{f.token}" /><meta name="ajs-build-number" content="{f.build[:4]}" />')}<body id="com-atlassian-confluence" class="theme-default aui-layout aui-theme-default">
<div id="full-height-container"><div id="header-precursor"></div><header id="header" role="banner"><nav class="aui-header aui-dropdown2-trigger-group"><div class="aui-header-inner"><a href="/">{escape(self.site.name)}</a>{self.menu("<li>{0}</li>", '<ul class="aui-nav">{}</ul>')}<form class="aui-quicksearch"><input placeholder="{self.word("search")}" /></form></div></nav></header>
<div class="ia-splitter"><div class="ia-splitter-left"><div class="ia-fixed-sidebar"><div class="acs-side-bar-title">{escape(self.site.name)}</div><ul class="plugin_pagetree_children_list">{tree}</ul></div></div>
<div id="main" class="aui-page-panel"><div id="main-header"><div id="navigation" class="content-navigation"><ul class="ajs-menu-bar"><li><a href="/login.action?os_destination={f.page}">{self.word("login")}</a></li></ul></div><ol id="breadcrumbs"><li><a href="/">Pages</a></li></ol><h1 id="title-text" class="with-breadcrumbs"><a href="{f.page}">{escape(document.title)}</a></h1></div>
<div id="content" class="page view"><div class="page-metadata"><ul><li class="page-metadata-modification-info">{self.word("made", n=self.site.author)} <a class="last-modified" href="/pages/diffpagesbyversion.action">{f.saved:%d %b %Y}</a></li></ul></div>{inner}
<div id="likes-and-labels-container"><div id="likes-section"><button>Like</button><span class="like-summary">{f.views % 37} people like this</span></div><div id="labels-section">No labels</div></div><div id="comments-section" class="pageSection"></div></div></div></div>
<div id="footer" role="contentinfo"><section class="footer-body"><ul id="poweredby"><li>Powered by Atlassian Confluence 7.19.{len(self.site.menu)}</li><li>{escape(self.site.footer)}</li></ul></section></div></div>{self.cookies('<div role="dialog" class="aui-banner cookie-banner"><p>{0}</p><button>{1}</button><button>{2}</button></div>')}</body></html>"""
