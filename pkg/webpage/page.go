// Package webpage writes pages that are one file each: a shell with a look, charts, filters and a list, and the data that a
// page is about. A page asks for nothing: no script, style, font or picture comes from elsewhere, and its content security
// policy lets in only what was written here, by hash. Data is JSON, and the scripts put it into the page as text, never as
// markup.
package webpage

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

var (
	//go:embed frame.css
	frameStyle string
	//go:embed frame.js
	frameScript string
	//go:embed charts.js
	chartsScript string
	//go:embed list.js
	listScript string
	//go:embed shell.html
	shellText string

	shell = template.Must(template.New("shell").Parse(shellText))
)

// A Page is what one page is about.
type Page struct {
	Title string // of the window
	Body  *template.Template
	Model any // of Body

	Style  string // beside the frame's
	Script string // beside the frame's, run last

	// Data is what Script reads, by the frame's "pageData()".
	Data any
}

// Write writes the page.
func (p Page) Write(w io.Writer) error {
	style, script := joined(frameStyle, p.Style), joined(frameScript, chartsScript, listScript, p.Script)
	out := &writer{w: w}
	out.execute(shell, struct{ Title, Policy string }{p.Title, policy(style, script)})
	out.text("<style>" + style + "</style>\n</head>\n<body>\n")
	out.execute(p.Body, p.Model)
	out.text("<script type=\"application/json\" id=\"data\">\n")
	out.json(p.Data)
	out.text("</script>\n<script>" + script + "</script>\n</body>\n</html>\n")
	if out.err != nil {
		return fmt.Errorf("write the page %q: %w", p.Title, out.err)
	}
	return nil
}

// joined joins sources in one scope of their own.
func joined(parts ...string) string { return "\n" + strings.Join(parts, "\n") }

// policy lets in one style and one script and nothing else. The data is no script: a browser never runs it.
func policy(style, script string) string {
	return "default-src 'none'; style-src " + hash(style) + "; script-src " + hash(script) +
		"; base-uri 'none'; form-action 'none'"
}

func hash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// A writer remembers the first error.
type writer struct {
	w   io.Writer
	err error
}

func (w *writer) text(s string) {
	if w.err == nil {
		_, w.err = io.WriteString(w.w, s)
	}
}

func (w *writer) execute(t *template.Template, model any) {
	if w.err == nil {
		w.err = t.Execute(w.w, model)
	}
}

// json writes a value so that nothing in it can end the element it stands in: "<", ">" and "&" are escaped in texts.
func (w *writer) json(v any) {
	if w.err == nil {
		w.err = json.NewEncoder(w.w).Encode(v)
	}
}
