//go:build corpus

package iampolicy_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

const policyCorpus = "../../../shared/corpus/policies/"

func openCorpus(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(policyCorpus + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: nothing to measure against", policyCorpus+name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestCorpusActions holds the table against a list that was made from the same data in another way.
func TestCorpusActions(t *testing.T) {
	lines := bufio.NewScanner(openCorpus(t, "reference/iam-actions.tsv"))
	n, differ := 0, 0
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) != 3 {
			continue
		}
		n++
		a, ok := iampolicy.FindAction(fields[0])
		if !ok || !strings.EqualFold(string(a.Level), fields[1]) || a.TakesResource != (fields[2] == "r") {
			if differ++; differ <= 10 {
				t.Errorf("%s: %c %v %v, want %v", fields[0], a.Level, a.TakesResource, ok, fields[1:])
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d actions, %d differ", n, differ)
}

// TestCorpusEscalations holds that every known set of actions leads to an escalation, and none of its true parts that is
// no set itself.
func TestCorpusEscalations(t *testing.T) {
	var sets []struct{ Required []string }
	if err := json.NewDecoder(openCorpus(t, "reference/privesc-paths.json")).Decode(&sets); err != nil {
		t.Fatal(err)
	}
	escalates := func(actions []string) bool {
		list, err := json.Marshal(actions)
		if err != nil {
			t.Fatal(err)
		}
		v := iampolicy.Judge([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + string(list) + `,"Resource":"*"}]}`))
		return told(v, iampolicy.PrivilegeEscalation) != "none"
	}
	contains := func(actions []string) bool {
		for _, s := range sets {
			all := true
			for _, want := range s.Required {
				found := false
				for _, a := range actions {
					found = found || strings.EqualFold(a, want)
				}
				all = all && found
			}
			if all {
				return true
			}
		}
		return false
	}
	for _, s := range sets {
		if !escalates(s.Required) {
			t.Errorf("%v is no escalation", s.Required)
		}
		for i := range s.Required {
			part := append(append([]string{}, s.Required[:i]...), s.Required[i+1:]...)
			if len(part) > 0 && escalates(part) != contains(part) {
				t.Errorf("%v is an escalation: %v", part, escalates(part))
			}
		}
	}
	t.Logf("%d sets", len(sets))
}
