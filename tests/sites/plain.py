"""SharePoint, hand-made tables of 2004, a React shell, a Word export, a parliament's frame: systems that name little."""
# ruff: noqa: E501 - markup is written as it is sent

from html import escape

from sites.document import Chapter, Document
from sites.site import link, slug
from sites.systems import System, system


@system("sharepoint")
class SharePoint(System):
    def paragraph(self, text: str) -> str:
        return f'<p class="ms-rteElement-P"><span class="ms-rteFontSize-2" style="font-family&#58;arial">{text}</span>&#8203;</p>'

    def heading(self, level: int, text: str) -> str:
        return f'<h{level} class="ms-rteElement-H{level}">{text}</h{level}>'

    def table(self, rows: list[list[str]]) -> str:
        head, *body = rows
        first = "".join(f'<th class="ms-rteTableHeaderEvenCol-default" rowspan="1" colspan="1">{c}</th>' for c in head)
        rest = "".join(
            f'<tr class="ms-rteTableOddRow-default">{"".join(f"<td class=ms-rteTableEvenCol-default>&#8203;{c}</td>" for c in row)}</tr>'
            for row in body
        )
        return f'<table cellspacing="0" width="100%" class="ms-rteTable-default"><tbody><tr class="ms-rteTableHeaderRow-default">{first}</tr>{rest}</tbody></table>'

    def box(self, text: str) -> str:
        return f'<div class="ms-rte-layoutszone-outer" style="width&#58;33%"><div class="ms-rte-layoutszone-inner">{self.paragraph(text)}</div></div>'

    def aside(self, text: str) -> str:
        return f'<div class="s4-wpcell-plain ms-webpartzone-cell ms-webpart-cell-vertical ms-fullWidth"><div class="ms-webpart-chrome ms-webpart-chrome-vertical"><div class="ms-WPBody noindex" allowdelete="false">{self.paragraph(text)}</div></div></div>'

    def links(self, found: list[tuple[str, str]]) -> str:
        return "".join(
            f'<div><img class="ms-asset-icon ms-rtePosition-4" src="/_layouts/15/images/icpdf.png" alt="" />{link(f"/Documents{a}", w)}</div>'
            for w, a in found
        )

    def note(self, text: str) -> str:
        return f'<div class="ms-rtestate-field footnote">{self.paragraph(text)}</div>'

    def page(self, document: Document) -> str:
        f = self.fetch
        news = self.news(
            '<div class="cbq-layout-main"><div class="cbs-Item">{0}<div class="ms-noWrap">{1}</div></div></div>'
        )
        zones = f"""<div class="ms-rtestate-field" id="ctl00_PlaceHolderMain_ctl01__ControlWrapper_RichHtmlField" style="display:inline" aria-labelledby="x_label">{self.body(document)}</div>{self.noted(document)}"""
        if self.site.design % 2:
            zones = f'<div class="article article-right"><div class="captioned-image"></div><div class="article-content">{zones}</div></div>'
        return f"""<!DOCTYPE html><html dir="ltr" lang="{document.language}">{self.head(document, '<meta name="GENERATOR" content="Microsoft SharePoint" />')}<body onhashchange="if (typeof(_spBodyOnHashChange) != 'undefined') _spBodyOnHashChange();">
<form method="post" action="./page.aspx" id="aspnetForm"><div class="aspNetHidden"><input type="hidden" name="__REQUESTDIGEST" id="__REQUESTDIGEST" value="0x{f.token.upper()},{f.at:%d %b %Y %H:%M:%S} -0000" /><input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="{f.token * 4}" /></div>
<div id="ms-designer-ribbon"><div id="suiteBarTop"><div class="ms-dialogHidden">{self.word("login")}</div></div></div><div id="s4-workspace"><div id="s4-bodyContainer"><div id="s4-titlerow" class="ms-dialogHidden s4-titlerowhidetitle"><div id="siteIcon"><a href="/">{escape(self.site.name)}</a></div><div class="ms-breadcrumb-box"><div class="ms-breadcrumb-top"><div class="ms-displayInline ms-core-navigation" role="navigation"><div id="DeltaTopNavigation"><div class="noindex ms-core-listMenu-horizontalBox">
{self.menu('<li class="static"><span class="additional-background ms-navedit-flyoutArrow">{0}</span></li>', '<ul id="zz1_RootAspMenu" class="root ms-core-listMenu-root static">{}</ul>')}</div></div></div><h1 id="pageTitle" class="ms-core-pageTitle"><span id="DeltaPlaceHolderPageTitleInTitleArea">{escape(document.title)}</span></h1></div></div><div id="searchInputBox"><div class="ms-srch-sb"><input type="text" value="{self.word("search")}..." /></div></div></div>
<div id="s4-ca"><div id="sideNavBox" class="ms-dialogHidden ms-forceWrap ms-noList"><div class="ms-core-sideNavBox-removeLeftMargin"><div class="ms-core-listMenu-verticalBox"><ul>{self.related('<li class="static"><span class="menu-item-text">{0}</span></li>')}</ul></div></div></div>
<div id="contentRow"><div id="contentBox" aria-live="polite" role="main"><div id="DeltaPlaceHolderMain"><a id="mainContent" tabindex="-1"></a><div class="welcome blank-wp"><div class="welcome-content">{zones}</div></div><div class="ms-table ms-fullWidth"><div class="cell-margin tableCol-25"><div class="ms-webpartzone-cell"><h2 class="ms-webpart-titleText">{self.word("news")}</h2>{news}</div></div></div></div></div></div></div>
<div class="pageFooter"><p>{escape(self.site.footer)}</p><p>{self.word("updated")} {f.at:%d/%m/%Y}</p></div></div></div>{self.cookies('<div id="cookieNotice" class="cookie-notice"><p>{0}</p><a href="#">{1}</a><a href="#">{2}</a></div>')}</form><script>var _spFormDigestRefreshInterval=1440000;var g_correlationId='{f.token[:32]}';</script></body></html>"""


@system("tables")
class Tables(System):
    """By hand, in 2004: whoever keeps the page sets its news, nothing turns by itself."""

    def paragraph(self, text: str) -> str:
        return f'<FONT FACE="Verdana, Arial" SIZE="2">{text}</FONT><BR><BR>\n'

    def heading(self, level: int, text: str) -> str:
        return f'<A NAME="{slug(text)[:12]}"></A><FONT FACE="Verdana" SIZE="{5 - level}" COLOR="#003366"><B>{text}</B></FONT><BR>\n'

    def entries(self, items: list[str]) -> str:
        return "".join(f'<FONT FACE="Verdana" SIZE="2">&#8226;&nbsp;{x}</FONT><BR>\n' for x in items) + "<BR>"

    def table(self, rows: list[list[str]]) -> str:
        said = "".join(
            f'<TR BGCOLOR="#EEEEEE">{"".join(f"<TD VALIGN=top><FONT SIZE=2>{c}</FONT></TD>" for c in row)}</TR>\n'
            for row in rows
        )
        return f'<TABLE BORDER="1" CELLPADDING="3" CELLSPACING="0" WIDTH="90%">{said}</TABLE><BR>'

    def box(self, text: str) -> str:
        return f'<TABLE BORDER="0" WIDTH="80%" ALIGN="center" BGCOLOR="#FFFFCC"><TR><TD><FONT SIZE="2"><I>{text}</I></FONT></TD></TR></TABLE><BR>'

    def aside(self, text: str) -> str:
        return f'<TABLE ALIGN="right" WIDTH="180" BORDER="0" BGCOLOR="#E0E8F0"><TR><TD><FONT SIZE="1">{text}</FONT></TD></TR></TABLE>'

    def links(self, found: list[tuple[str, str]]) -> str:
        return "".join(f'<IMG SRC="/img/pdf.gif" WIDTH="16"> {link(a, w)}<BR>\n' for w, a in found)

    def note(self, text: str) -> str:
        return f'<HR NOSHADE SIZE="1"><FONT SIZE="1">{text}</FONT><BR>'

    def notice(self, text: str) -> str:
        return f'<CENTER><FONT COLOR="red" SIZE="3"><B>{text}</B></FONT></CENTER><BR>'

    def page(self, document: Document) -> str:
        f = self.fetch
        menu = self.menu(
            '<TR><TD><IMG SRC="/img/arrow.gif"><FONT SIZE="2">{0}</FONT></TD></TR>\n',
            '<TABLE BORDER="0" CELLPADDING="2">{}</TABLE>',
        )
        f.news = self.site.latest(f.at)
        news = self.news('<FONT SIZE="1" COLOR="#666666">{1}</FONT><BR><FONT SIZE="1">{0}</FONT><BR><BR>')
        side = f'<TD WIDTH="150" VALIGN="top" BGCOLOR="#DDDDDD">{menu}<BR><B><FONT SIZE="1">{self.word("news")}</FONT></B><BR>{news}</TD>'
        main = f'<TD VALIGN="top" WIDTH="600"><FONT FACE="Verdana" SIZE="5" COLOR="#003366"><B>{escape(document.title)}</B></FONT><BR><BR>{self.body(document)}{self.noted(document)}</TD>'
        row = main + side if self.site.design % 2 else side + main
        return f"""<HTML><HEAD><TITLE>{escape(document.title)}</TITLE><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8"></HEAD>
<BODY BGCOLOR="#FFFFFF" LINK="#003399" TOPMARGIN="0"><TABLE BORDER="0" CELLSPACING="0" CELLPADDING="0" WIDTH="780"><TR><TD COLSPAN="2" BGCOLOR="#003366"><FONT COLOR="white" SIZE="4">{escape(self.site.name)}</FONT></TD></TR><TR>{row}</TR>
<TR><TD COLSPAN="2" ALIGN="center"><HR><FONT SIZE="1">{escape(self.site.footer)} | {self.site.phone}<BR>{self.updated()} | {self.word("views", n=f.views)}</FONT></TD></TR></TABLE>{self.cookies('<DIV STYLE="position:fixed;bottom:0" ID="cookiebar">{0} <A HREF="#">{1}</A> <A HREF="#">{2}</A></DIV>')}<!-- generated in 0.{f.views % 999}s --></BODY></HTML>"""


@system("react")
class React(System):
    """A shell in a browser, rendered on the server."""

    def paragraph(self, text: str) -> str:
        return (
            f'<div class="{self.fetch.css("RichText_block")}"><p class="{self.fetch.css("Text_root")}">{text}</p></div>'
        )

    def heading(self, level: int, text: str) -> str:
        return f'<div class="flex items-center md:mt-8" id="{slug(text)}"><h{level} class="{self.fetch.css("Heading_root")} text-2xl font-semibold">{text}</h{level}></div>'

    def entries(self, items: list[str]) -> str:
        css = self.fetch.css("Text_root")
        said = "".join(f'<li><span class="{css}">{x}</span></li>' for x in items)
        return f'<ul class="list-disc pl-5 space-y-2">{said}</ul>'

    def table(self, rows: list[list[str]]) -> str:
        head, *body = rows
        first = "".join(f'<th scope="col" class="px-4 py-2">{c}</th>' for c in head)
        cells = ("".join(f'<td class="px-4 py-2 border-t">{c}</td>' for c in row) for row in body)
        rest = "".join(f"<tr>{row}</tr>" for row in cells)
        return f'<div class="overflow-x-auto"><table class="{self.fetch.css("Table_root")} min-w-full"><thead><tr>{first}</tr></thead><tbody>{rest}</tbody></table></div>'

    def box(self, text: str) -> str:
        return f'<div class="rounded-lg bg-blue-50 p-4 {self.fetch.css("Callout_root")}" role="note">{self.paragraph(text)}</div>'

    def aside(self, text: str) -> str:
        return f'<aside class="{self.fetch.css("Sidebar_note")} lg:col-span-4">{self.paragraph(text)}</aside>'

    def links(self, found: list[tuple[str, str]]) -> str:
        return "".join(
            f'<div class="{self.fetch.css("Download_card")}"><svg aria-hidden="true" viewBox="0 0 24 24"><path d="M0 0h24v24H0z"></path></svg><a href="/api/media{a}" rel="noopener" target="_blank"><span>{escape(w)}</span></a></div>'
            for w, a in found
        )

    def note(self, text: str) -> str:
        return f'<section class="{self.fetch.css("Footnotes_root")} text-sm text-gray-600">{self.paragraph(text)}</section>'

    def chapter(self, number: int, chapter: Chapter) -> str:
        return f'<section data-block="{number}" class="{self.fetch.css("Section_root")}">{super().chapter(number, chapter)}</section>'

    def page(self, document: Document) -> str:
        f = self.fetch
        card = '<div class="card"><div class="p-4">{0}<time class="text-xs">{1}</time><p class="line-clamp-3">{2}</p></div></div>'
        data = f'{{"props":{{"pageProps":{{"ts":{int(f.at.timestamp())},"nonce":"{f.token}"}}}},"buildId":"{f.build[:20]}"}}'
        wide = "max-w-7xl mx-auto" if self.site.design % 2 else "container"
        inner = f'<article class="{f.css("Article_root")}"><h1 class="{f.css("Heading_root")}">{escape(document.title)}</h1>{self.body(document)}{self.noted(document)}</article>'
        if not self.site.design % 2:
            inner = f'<div class="{f.css("Layout_body")}"><div class="lg:col-span-8">{inner}</div></div>'
        return f"""<!DOCTYPE html><html lang="{document.language}">{self.head(document, f'<script src="/_next/static/{f.build[:20]}/_buildManifest.js" defer=""></script>')}<body><div id="__next"><div class="{f.css("Layout_root")} min-h-screen flex flex-col">
<div class="{f.css("Header_root")} sticky top-0"><div class="flex justify-between"><a href="/">{escape(self.site.name)}</a>{self.menu('<li class="px-3">{0}</li>', '<nav aria-label="Main"><ul class="flex">{}</ul></nav>')}<button type="button" aria-label="{self.word("search")}"></button></div></div>
<div class="{wide} grow">{inner}<div class="{f.css("Related_root")}"><h2>{self.word("related")}</h2><div class="grid grid-cols-3">{self.news(card)}</div></div>{self.advert('<div class="promo">{0}</div>')}</div>
<div class="{f.css("Footer_root")}"><div class="grid"><p>{escape(self.site.footer)}</p><p>{self.site.phone}</p><p>© {f.at.year} {escape(self.site.name)}. {self.word("rights")}.</p></div></div></div></div>
{self.cookies('<div id="__cookie" role="dialog" aria-modal="true"><p>{0}</p><button>{1}</button><button>{2}</button></div>')}<script id="__NEXT_DATA__" type="application/json">{data}</script></body></html>"""


@system("word")
class Word(System):
    """Saved from a word processor as a web page, set into a small frame."""

    def paragraph(self, text: str) -> str:
        return f"<p class=MsoNormal style='margin-bottom:6.0pt;text-align:justify'><span lang=NL-BE style='font-size:11.0pt;font-family:\"Calibri\",sans-serif'>{text}<o:p></o:p></span></p>\n"

    def heading(self, level: int, text: str) -> str:
        return (
            f'<h{level}><a name="_Toc{sum(map(ord, text))}"></a><span lang=NL-BE>{text}<o:p></o:p></span></h{level}>\n'
        )

    def entries(self, items: list[str]) -> str:
        return "".join(
            "<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]>"
            "<span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp; </span></span></span>"
            f"<![endif]><span lang=NL-BE>{x}<o:p></o:p></span></p>\n"
            for x in items
        )

    def table(self, rows: list[list[str]]) -> str:
        cell = "<td width=151 valign=top style='width:113.2pt;border:solid windowtext 1.0pt'><p class=MsoNormal><span lang=NL-BE>{}<o:p></o:p></span></p></td>"
        said = "".join(f"<tr style='mso-yfti-irow:1'>{''.join(cell.format(c) for c in row)}</tr>" for row in rows)
        return f"<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse'>{said}</table>"

    def box(self, text: str) -> str:
        return f"<div style='mso-element:para-border-div;border:solid windowtext 1.0pt;padding:1.0pt 4.0pt'>{self.paragraph(text)}</div>"

    def aside(self, text: str) -> str:
        return f"<table align=left hspace=0><tr><td><div style='mso-element:frame;mso-element-wrap:around'>{self.paragraph(text)}</div></td></tr></table>"

    def note(self, text: str) -> str:
        return f"<div style='mso-element:footnote-list'><br clear=all><hr align=left size=1 width=\"33%\"><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a style='mso-footnote-id:ftn1' href=\"#_ftnref1\"><span class=MsoFootnoteReference>[1]</span></a> {text}</p></div></div>"

    def notice(self, text: str) -> str:
        return f"<p class=MsoNormal align=center><b><span style='color:red'>{text}<o:p></o:p></span></b></p>"

    def page(self, document: Document) -> str:
        f = self.fetch
        frame = "<div class=WordSection2>" if self.site.design % 2 else "<div class=WordSection1>"
        return f"""<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=Generator content="Microsoft Word 15"><title>{escape(document.title)}</title>
<!--[if gte mso 9]><xml><o:DocumentProperties><o:Revision>{f.views % 50}</o:Revision></o:DocumentProperties></xml><![endif]--><style><!-- p.MsoNormal {{mso-style-parent:""; margin:0cm;}} --></style></head><body lang=NL-BE link="#0563C1" style='tab-interval:35.4pt'>
<div id=sitebar><a href="/">{escape(self.site.name)}</a> {self.menu("{0} | ", "{}")}</div>
{frame}<p class=MsoTitle><span lang=NL-BE style='font-size:28.0pt'>{escape(document.title)}<o:p></o:p></span></p>{self.body(document)}{self.noted(document)}</div>
<div id=sitefoot><p>{escape(self.site.footer)} - {self.site.phone}</p><p>{self.updated()}</p></div>{self.cookies("<div id=cookiebanner><p>{0}</p><button>{1}</button><button>{2}</button></div>")}<!-- {f.token} --></body></html>"""


@system("parliament")
class Parliament(System):
    """A frame of nested tables, made by a program of the house."""

    def paragraph(self, text: str) -> str:
        return f'<tr><td width="4%"></td><td class="txt" colspan="2"><span class="Normal">{text}</span></td></tr>'

    def heading(self, level: int, text: str) -> str:
        return f'<tr><td colspan="3" class="td{level}"><h{level + 1}><font color="#8b0000">{text}</font></h{level + 1}></td></tr>'

    def entries(self, items: list[str]) -> str:
        return "".join(f'<tr><td></td><td width="3%" valign="top">-</td><td class="txt">{x}</td></tr>' for x in items)

    def table(self, rows: list[list[str]]) -> str:
        cells = ("".join(f'<td class="dt"><i>{c}</i></td>' for c in row) for row in rows)
        said = "".join(f"<tr>{row}</tr>" for row in cells)
        return f'<tr><td></td><td colspan="2"><table border="0" cellpadding="2" width="100%" class="dossier">{said}</table></td></tr>'

    def box(self, text: str) -> str:
        return f'<tr><td colspan="3"><div class="center"><table bgcolor="#f5f5dc"><tr><td class="bericht"><b>{text}</b></td></tr></table></div></td></tr>'

    def aside(self, text: str) -> str:
        return f'<tr><td></td><td class="marge" width="25%" valign="top"><small>{text}</small></td><td>&nbsp;</td></tr>'

    def note(self, text: str) -> str:
        return f'<tr><td colspan="3"><hr /><span class="voetnoot"><sup>*</sup> {text}</span></td></tr>'

    def notice(self, text: str) -> str:
        return f'<tr><td colspan="3" align="center"><b class="rood">{text}</b></td></tr>'

    def links(self, found: list[tuple[str, str]]) -> str:
        return self.entries([link(f"/FLWB/PDF{a}", w, ' target="_blank"') for w, a in found])

    def page(self, document: Document) -> str:
        f = self.fetch
        cells = self.menu(
            '<td class="menu" nowrap="nowrap">{0}</td>', '<table width="100%" class="bar"><tr>{}</tr></table>'
        )
        story = f'<div id="story"><h4 class="center">{escape(document.title)}</h4><table width="100%" border="0" cellspacing="0">{self.body(document)}{self.noted(document)}</table></div>'
        side = f'<td width="170" valign="top" class="left"><table>{self.related("<tr><td>{0}</td></tr>")}</table></td>'
        row = (
            f'<td valign="top" class="page">{story}</td>{side}'
            if self.site.design % 2
            else f'{side}<td valign="top" class="page">{story}</td>'
        )
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><html>{self.head(document)}<body><form name="f" action="/kvvcr/showpage.cfm?section=/flwb&amp;s={f.token[:12]}"><input type="hidden" name="sid" value="{f.token}" /></form>
<table width="980" align="center" cellspacing="0"><tr><td><table width="100%"><tr><td class="logo"><a href="/">{escape(self.site.name)}</a></td><td align="right"><a href="/login.cfm">{self.word("login")}</a></td></tr></table></td></tr><tr><td>{cells}</td></tr>
<tr><td><table width="100%"><tr>{row}</tr></table></td></tr><tr><td class="bottom"><table width="100%"><tr><td>{escape(self.site.footer)}</td><td>{self.site.phone}</td><td>{self.updated()}</td></tr></table></td></tr></table>
{self.cookies('<div class="cookiemelding" id="cookies"><span>{0}</span><input type="button" value="{1}" /></div>')}</body></html>"""
