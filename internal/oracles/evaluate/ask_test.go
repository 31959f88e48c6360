//go:build oracles

package evaluate_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// A question is an evaluation, as "riposte policy evaluate" reads it.
type question struct {
	Request        request             `json:"request"`
	Identity       []json.RawMessage   `json:"identity"`
	ResourcePolicy json.RawMessage     `json:"resource_policy,omitempty"`
	Boundary       []json.RawMessage   `json:"boundary"`
	Session        []json.RawMessage   `json:"session"`
	SCPs           [][]json.RawMessage `json:"scps"`
	RCPs           [][]json.RawMessage `json:"rcps"`
}

type request struct {
	Principal       string              `json:"principal"`
	Action          string              `json:"action"`
	Resource        string              `json:"resource"`
	ResourceAccount string              `json:"resource_account"`
	Context         map[string][]string `json:"context"`
}

// An answer is iam-simulate's: an outcome, or an error where it refuses the question.
type answer struct {
	Decision string `json:"decision"`
	Error    string `json:"error"`
}

// ask puts questions to iam-simulate.
func ask(t *testing.T, questions []question) []answer {
	t.Helper()
	oracle := os.Getenv("EVALUATE_ORACLE")
	if oracle == "" {
		t.Fatal("EVALUATE_ORACLE is not set: start this test by \"make oracles\"")
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, q := range questions {
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", oracle)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
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
