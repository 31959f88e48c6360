package simaws_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/remedies/policytext"
)

// spelled writes the elements of a JSON object in one of many ways that mean the same.
func (g *gen) spelled(elements ...string) string {
	colon, comma := pick(g, ":", ": ", " :\t"), pick(g, ",", ", ", " ,\n  ")
	var list []string
	for n := 0; n < len(elements); n += 2 {
		if elements[n+1] != "" {
			list = append(list, fmt.Sprintf("%q%s%s", elements[n], colon, elements[n+1]))
		}
	}
	return pick(g, "{", "{ ") + strings.Join(shuffled(g, list...), comma) + pick(g, "}", " }", "\n}")
}

// listed writes texts as a JSON text where there is one, or as a list.
func (g *gen) listed(texts ...string) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(g.coin())
	var v any = texts
	if len(texts) == 1 && g.coin() {
		v = texts[0]
	}
	_ = enc.Encode(v) // texts always have a JSON form
	return strings.TrimSpace(out.String())
}

// allows returns a statement that lets a principal do something. An empty principal, resource or sid is left out.
func (g *gen) allows(sid, principal, resource string, actions ...string) string {
	if sid != "" {
		sid = fmt.Sprintf("%q", sid)
	}
	if resource != "" {
		resource = g.listed(resource)
	}
	condition := ""
	if g.coin() {
		condition = g.spelled("StringLike", g.spelled("aws:PrincipalTag/team", g.listed("a&b <c>", "é")))
	}
	return g.spelled("Sid", sid, "Effect", `"Allow"`, "Principal", principal, "Action", g.listed(actions...), "Resource", resource, "Condition", condition)
}

// aws names principals of AWS in a statement.
func (g *gen) aws(who ...string) string {
	if len(who) == 1 && who[0] == "*" && g.coin() {
		return `"*"`
	}
	return g.spelled("AWS", g.listed(who...))
}

// document puts statements into a policy.
func (g *gen) document(statements ...string) string {
	list := pick(g, "[", "[\n  ") + strings.Join(statements, pick(g, ",", ", ", ",\n  ")) + "]"
	if len(statements) == 1 && g.coin() {
		list = statements[0]
	}
	return g.spelled("Version", `"2012-10-17"`, "Id", pick(g, "", `"mine <1>"`), "Statement", list)
}

// cut returns a document without some of its statements, and every other byte of statements as it stands.
func cut(w *world, document string, statements ...string) string {
	return framedAs(w, document, left(w, document, statements...)...)
}

// spelledAnew says why an account is not as it was after an action that cuts statements out, where the policy was spelled otherwise.
func spelledAnew(was, cut string) string {
	if was == cut {
		return ""
	}
	return "nobody knows how the policy was spelled that the change replaced"
}

// left returns the statements of a document but for some.
func left(w *world, document string, but ...string) []string {
	_, list, _, err := policytext.Split(document)
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(s string) bool { return slices.Contains(but, s) })
}

// framedAs returns statements in what stands around those of another document.
func framedAs(w *world, document string, statements ...string) string {
	head, _, tail, err := policytext.Split(document)
	if err != nil {
		w.t.Fatal(err)
	}
	return policytext.Join(head, statements, tail)
}

// placedAmong returns a list with some values put in anywhere.
func placedAmong(g *gen, list, in []string) []string {
	out := append([]string(nil), list...)
	for _, s := range in {
		at := g.IntN(len(out) + 1)
		out = append(out[:at:at], append([]string{s}, out[at:]...)...)
	}
	return out
}
