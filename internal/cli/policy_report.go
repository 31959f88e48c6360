package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"riposte/pkg/iampolicy"
)

// A report tells a person about one document.
type report struct {
	w      io.Writer
	name   string // of the file
	colour bool
	above  int // lines of the file above the document

	explained []string // codes that need not be explained again
}

// excerptWidth is how many characters of a line are shown before and after what is underlined: whole documents may stand
// on one line.
const excerptWidth = 60

// excerptLines is how many lines of a longer span are shown.
const excerptLines = 8

// write reports the verdict on a document. The file is the text that it was read from.
func (r *report) write(file string, d *iampolicy.Document, kind string, v iampolicy.Verdict) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s in %s\n", r.name, typeText(kind), counted(len(v.Risks), "risk"), counted(len(d.Statements), "statement"))
	r.above = linesAbove(file, d.Text)
	for _, group := range bySpan(d, v.Risks) {
		line, column := d.Line(group.span.Start)
		fmt.Fprintf(&b, "\n%s:%d:%d\n", r.name, line+r.above, column)
		r.excerpt(&b, d.Text, group.span, line+r.above)
		for _, risk := range group.risks {
			r.risk(&b, risk)
		}
	}
	for _, o := range d.Oddities {
		line, column := d.Line(o.Span.Start)
		fmt.Fprintf(&b, "\n%s:%d:%d: note: %s\n", r.name, line+r.above, column, printable(o.Text))
	}
	_, err := io.WriteString(r.w, b.String())
	return err
}

// A riskGroup is the risks that stand at one place.
type riskGroup struct {
	span  iampolicy.Span
	risks []iampolicy.Risk
}

// bySpan groups risks by their place, in the order in which the places come first.
func bySpan(d *iampolicy.Document, risks []iampolicy.Risk) []riskGroup {
	var out []riskGroup
	for _, risk := range risks {
		span := risk.Span
		if span.End <= span.Start && risk.Statement >= 1 && risk.Statement <= len(d.Statements) {
			span = d.Statements[risk.Statement-1].Span
		}
		i := slices.IndexFunc(out, func(g riskGroup) bool { return g.span == span })
		if i < 0 {
			i, out = len(out), append(out, riskGroup{span: span})
		}
		out[i].risks = append(out[i].risks, risk)
	}
	return out
}

func (r *report) risk(b *strings.Builder, risk iampolicy.Risk) {
	fmt.Fprintf(b, "  %s %s: %s\n", r.severity(risk.Severity), risk.Code, sentence(printable(risk.Sentence)))
	if slices.Contains(r.explained, risk.Code) {
		return
	}
	if about, ok := iampolicy.About(risk.Code); ok {
		r.explained = append(r.explained, risk.Code)
		fmt.Fprintf(b, "    Why:    %s\n    Narrow: %s\n", about.Why, about.Narrow)
	}
}

// excerpt shows what a span covers: underlined where it lies on one line, marked line by line where it does not.
func (r *report) excerpt(b *strings.Builder, text string, span iampolicy.Span, number int) {
	covered := span.Of(text)
	if covered == "" {
		return
	}
	if strings.Contains(covered, "\n") {
		r.marked(b, covered, number)
		return
	}
	start, stop := int(span.Start), int(span.End)
	from := strings.LastIndexByte(text[:start], '\n') + 1
	to := len(text)
	if n := strings.IndexByte(text[stop:], '\n'); n >= 0 {
		to = stop + n
	}
	before, marked, after := []rune(onScreen(text[from:start])), []rune(onScreen(covered)), []rune(onScreen(text[stop:to]))
	if len(before) > excerptWidth {
		before = append([]rune("…"), before[len(before)-excerptWidth:]...)
	}
	if len(marked) > 2*excerptWidth {
		marked, after = marked[:2*excerptWidth], []rune("…")
	}
	if len(after) > excerptWidth {
		after = append(after[:excerptWidth:excerptWidth], '…')
	}
	gutter := fmt.Sprintf("%5d", number)
	fmt.Fprintf(b, "%s | %s%s%s\n", gutter, string(before), string(marked), string(after))
	fmt.Fprintf(b, "%s | %s%s\n", strings.Repeat(" ", len(gutter)), strings.Repeat(" ", len(before)), r.paint("31", strings.Repeat("^", len(marked))))
}

// marked shows the lines of a span.
func (r *report) marked(b *strings.Builder, covered string, number int) {
	lines := strings.Split(covered, "\n")
	for i, line := range lines {
		if i == excerptLines {
			fmt.Fprintf(b, "      %s … %s\n", r.paint("31", ">"), counted(len(lines)-i, "more line"))
			return
		}
		text := []rune(onScreen(strings.TrimRight(line, " \t\r")))
		if len(text) > 2*excerptWidth {
			text = append(text[:2*excerptWidth:2*excerptWidth], '…')
		}
		fmt.Fprintf(b, "%5d %s %s\n", number+i, r.paint("31", ">"), string(text))
	}
}

// onScreen makes a part of a line fit for a terminal, every character one column wide.
func onScreen(text string) string { return printable(strings.ReplaceAll(text, "\t", " ")) }

func (r *report) severity(s iampolicy.Severity) string {
	name := strings.ToUpper(string(s))
	switch s {
	case iampolicy.Critical, iampolicy.High:
		return r.paint("1;31", name)
	case iampolicy.Medium:
		return r.paint("33", name)
	default:
		return name
	}
}

func (r *report) paint(code, text string) string {
	if !r.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// linesAbove counts the lines of a file above the document, which is read without white space around it.
func linesAbove(file, document string) int {
	before, _, found := strings.Cut(file, document)
	if !found {
		return 0
	}
	return strings.Count(before, "\n")
}

func typeText(kind string) string {
	switch kind {
	case typeBoundary:
		return "permissions boundary"
	case typeSCP:
		return "service control policy"
	}
	return kind + " policy"
}

func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// sentence begins a text with a capital letter.
func sentence(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
