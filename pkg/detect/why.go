package detect

import "strings"

// whyHeading begins the paragraph of a rule's doc that says why people should care.
const whyHeading = "**Why it matters.**"

// Why returns what the rule's doc says under "Why it matters" as one line, or "" where the doc has no such paragraph.
func (r *Rule) Why() string {
	_, rest, _ := strings.Cut(r.Doc, whyHeading)
	var words []string
	for line := range strings.Lines(strings.TrimSpace(rest)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "**") {
			break
		}
		words = append(words, fields...)
	}
	return strings.Join(words, " ")
}
