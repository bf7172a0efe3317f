// html-validate for the mails of alerts/samples. All it recommends and all it knows of accessibility, less three rules
// that mail programs make impossible to keep:
module.exports = {
  root: true,
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    // Gmail and Outlook drop or ignore style sheets: every rule stands on its element, put there before sending.
    "no-inline-style": "off",
    // Outlook draws with Word, which knows no max-width and no padding of blocks: width, align, cellpadding,
    // cellspacing and border of tables stay attributes.
    "no-deprecated-attr": "off",
    // The title is the subject, which names what happened and to whom; no search engine shortens it.
    "long-title": "off",
  },
};
