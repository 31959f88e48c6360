//go:build oracles

package ruler_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// A question asks whether a pattern matches an event, both as JSON text.
type question struct {
	Pattern string `json:"pattern"`
	Event   string `json:"event"`
}

// An answer is event-ruler's: a match, or an error where it refuses the pattern.
type answer struct {
	Match bool   `json:"match"`
	Error string `json:"error"`
}

// ask puts questions to event-ruler.
func ask(t *testing.T, questions []question) []answer {
	t.Helper()
	classpath := os.Getenv("RULER_ORACLE_CLASSPATH")
	if classpath == "" {
		t.Fatal("RULER_ORACLE_CLASSPATH is not set: start this test by \"make oracles\"")
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, q := range questions {
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "java", "-cp", classpath, "Oracle")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("java: %v", err)
	}
	var answers []answer
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatalf("answer %q: %v", lines.Text(), err)
		}
		answers = append(answers, a)
	}
	if lines.Err() != nil || len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions: %v", len(answers), len(questions), lines.Err())
	}
	return answers
}
