package iampolicy

import (
	"slices"
	"strconv"
	"strings"
)

// add completes a risk of one statement and keeps it. The patterns are those that decided, if any.
func (j *judge) add(c *clause, patterns []actionPattern, r Risk) {
	if r.Fragment == "" {
		r.Fragment = fragmentOf(patterns)
	}
	if r.Span == (Span{}) && len(patterns) > 0 {
		r.Span = patterns[0].span
	}
	r.Grade = Unconditional
	if c.restricted {
		r.Grade, r.Severity = Conditional, r.Severity.lower()
	}
	j.addGraded(c, r)
}

// addGraded completes a risk whose grade and severity are set.
func (j *judge) addGraded(c *clause, r Risk) {
	r.Statement, r.Sid = c.Index, quotable(c.Sid)
	if r.Span == (Span{}) {
		r.Span = c.Span
	}
	name := "statement " + strconv.Itoa(c.Index)
	if r.Sid != "" {
		name += " (" + r.Sid + ")"
	}
	r.Sentence = name + " " + r.Sentence
	if r.Grade == Conditional {
		r.Sentence += ", under a condition"
	}
	j.risks = append(j.risks, r)
}

// sortRisks orders risks by statement, the gravest of each first.
func sortRisks(risks []Risk) {
	slices.SortStableFunc(risks, func(a, b Risk) int {
		if a.Statement != b.Statement {
			return a.Statement - b.Statement
		}
		return b.Severity.rank() - a.Severity.rank()
	})
}

// fragmentOf shows patterns to a person, bounded.
func fragmentOf(patterns []actionPattern) string {
	texts := make([]string, 0, 3)
	for i := range patterns[:min(len(patterns), 3)] {
		texts = append(texts, patterns[i].text)
	}
	return fragmentWith(texts, len(patterns))
}

func fragmentOfValues(values []Value) string {
	texts := make([]string, 0, 3)
	for i := range values[:min(len(values), 3)] {
		texts = append(texts, values[i].Text)
	}
	return fragmentWith(texts, len(values))
}

// fragment shows texts from the document to a person, bounded.
func fragment(texts []string) string {
	return fragmentWith(slices.Clone(texts[:min(len(texts), 3)]), len(texts))
}

// fragmentWith shows the first of some texts, which it may change.
func fragmentWith(first []string, all int) string {
	for i, t := range first {
		first[i] = quotable(t)
	}
	if more := all - len(first); more > 0 {
		first = append(first, "and "+strconv.Itoa(more)+" more")
	}
	if len(first) == 0 {
		return "nothing"
	}
	return strings.Join(first, ", ")
}

// quotable bounds text from the document and takes out what could disturb a terminal or a log line.
func quotable(text string) string {
	const most = 64
	clean := len(text) <= most
	for i := 0; clean && i < len(text); i++ {
		clean = text[i] >= ' ' && text[i] <= '~'
	}
	if clean {
		return text
	}
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > most {
			b.WriteString("…")
			break
		}
		if r < ' ' || r > '~' {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
