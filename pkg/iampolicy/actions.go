package iampolicy

import (
	"bytes"
	"compress/flate"
	_ "embed" // the table of actions
	"io"
	"sort"
	"strings"
	"sync"
)

//go:embed actions.flate
var packedActions []byte

//go:embed actions.txt
var actionsSource string

// ActionsSource says where the table of actions comes from: a package and its version.
func ActionsSource() string {
	line, _, _ := strings.Cut(actionsSource, "\n")
	return line
}

// An AccessLevel is what AWS says an action does.
type AccessLevel byte

// The access levels.
const (
	LevelRead        AccessLevel = 'r'
	LevelList        AccessLevel = 'l'
	LevelWrite       AccessLevel = 'w'
	LevelPermissions AccessLevel = 'p'
	LevelTagging     AccessLevel = 't'
)

// An Action is one action that AWS documents.
type Action struct {
	Name          string // without its service
	Level         AccessLevel
	TakesResource bool // one without only ever matches the resource "*"
}

// actionTable holds the actions of each service, in the order of their lower-case names.
type actionTable map[string][]Action

// knownActions decodes the table when it is first needed: a process that judges nothing does not pay for it.
var knownActions = sync.OnceValue(decodeActions)

// decodeActions reads what internal/updateactions wrote. The table is part of the program, so that a broken one is a
// broken build, which a test finds; it is then empty, and every action is taken literally.
func decodeActions() actionTable {
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(packedActions)))
	if err != nil {
		return actionTable{}
	}
	table := make(actionTable, bytes.Count(text, []byte("\n")))
	all := make([]Action, 0, bytes.Count(text, []byte("\t")))
	var b strings.Builder
	b.Grow(2 * len(text))
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		var service []byte
		service, line, _ = bytes.Cut(line, []byte("\t"))
		first, before := len(all), ""
		for len(line) > 2 {
			var entry []byte
			entry, line, _ = bytes.Cut(line, []byte("\t"))
			start := b.Len()
			b.WriteString(before[:min(int(entry[1]-'0'), len(before))])
			b.Write(entry[2:])
			before = b.String()[start:]
			all = append(all, Action{Name: before, Level: AccessLevel(entry[0] | 0x20), TakesResource: entry[0] < 'a'})
		}
		table[string(service)] = all[first:len(all):len(all)]
	}
	return table
}

// find returns an action by its service, in lower case, and its name, in any letter case.
func (t actionTable) find(service, name string) (Action, bool) {
	actions, i := t[service], t.from(service, name)
	if i < len(actions) && compareFold(actions[i].Name, name) == 0 {
		return actions[i], true
	}
	return Action{}, false
}

// from returns the place of the first action of a service whose name is not before a text.
func (t actionTable) from(service, name string) int {
	actions := t[service]
	return sort.Search(len(actions), func(i int) bool { return compareFold(actions[i].Name, name) >= 0 })
}

// compareFold compares texts as if they were in lower case.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if d := int(lower(a[i])) - int(lower(b[i])); d != 0 {
			return d
		}
	}
	return len(a) - len(b)
}

// KnownActions returns every action that AWS documents and that a pattern matches, as "service:Name", in order.
func KnownActions(pattern string) []string {
	table := knownActions()
	services := make([]string, 0, len(table))
	for s := range table {
		services = append(services, s)
	}
	sort.Strings(services)
	var out []string
	for _, s := range services {
		for _, a := range table[s] {
			if name := s + ":" + a.Name; MatchAction(pattern, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// FindAction returns what AWS documents of an action such as "s3:GetObject".
func FindAction(name string) (Action, bool) {
	service, name, _ := strings.Cut(name, ":")
	return knownActions().find(strings.ToLower(service), name)
}
