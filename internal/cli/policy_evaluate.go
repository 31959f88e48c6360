package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"riposte/pkg/iampolicy"
)

// evaluationLine is one line of the input of "riposte policy evaluate --jsonl".
type evaluationLine struct {
	Request        requestLine   `json:"request"`
	Identity       policyList    `json:"identity"`
	ResourcePolicy *policyText   `json:"resource_policy"`
	Boundary       policyList    `json:"boundary"`
	Session        policyList    `json:"session"`
	SCPs           []policyLevel `json:"scps"`
	RCPs           []policyLevel `json:"rcps"`
}

type requestLine struct {
	Principal         principalText         `json:"principal"`
	Role              string                `json:"role"`
	Action            string                `json:"action"`
	Resource          string                `json:"resource"`
	ResourceAccount   string                `json:"resource_account"`
	Context           map[string]valuesText `json:"context"`
	ManagementAccount string                `json:"management_account"`
	ServiceLinkedRole bool                  `json:"service_linked_role"`
}

// decisionLine is one line of the output.
type decisionLine struct {
	ID       json.RawMessage   `json:"id"`
	Decision iampolicy.Outcome `json:"decision"`
	By       string            `json:"by"`
	Error    string            `json:"error,omitempty"` // why the line was not understood
}

func newPolicyEvaluate(p *Process) *cobra.Command {
	var jsonl, strict bool
	cmd := &cobra.Command{
		Use:   "evaluate --jsonl [FILE…]",
		Short: "Say whether policies allow a request",
		Long: `Says whether policies allow a request, as AWS documents it, without a call to AWS. Each line of the input is
{"id","request":{"principal","action","resource","resource_account","context"},"identity":[…],"resource_policy","boundary":[…],
"session":[…],"scps":[[…],…],"rcps":[[…],…]}. Documents are objects or strings. scps and rcps have a list of documents for each
level from the root to the account, each of which must allow: FullAWSAccess has to be listed where it is attached, and
RCPFullAWSAccess, which nobody can detach, need not be. Each line gets one {"id","decision","by"}: Allowed, ImplicitlyDenied
or ExplicitlyDenied, and what decided.

The principal is an ARN, an account id for its root user, a service's name, * for an anonymous caller, or an object such as
{"Service":"ec2.amazonaws.com"}. A request may also hold "role" (the ARN of a session's role, where it has a path),
"management_account" (whose principals SCPs and whose resources RCPs do not bind) and "service_linked_role". Where no
resource_account is given, it is the one in the resource's ARN, or else the principal's.

Context keys that follow from the principal and the resource need not be given; the time and all others do. What cannot be
understood is never allowed; a line that cannot be read gets an "error" as well.`,
		Example: `  riposte policy evaluate --jsonl requests.jsonl
  riposte policy evaluate --jsonl < requests.jsonl | jq 'select(.decision != "Allowed")'`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if !jsonl {
				return usage("evaluate reads JSON lines: say --jsonl")
			}
			if len(files) == 0 {
				files = []string{"-"}
			}
			out := bufio.NewWriter(p.Stdout)
			enc := encoder(out)
			failed := false
			known := evaluationKeys()
			err := eachLine(cmd.Context(), p, files, func(line []byte, problem error) error {
				for _, key := range unknownKeys(line, known) {
					fmt.Fprintf(p.Stderr, "riposte: the unknown key %q is ignored\n", printable(key))
					known = append(known, key) // said once
				}
				answer := evaluateLine(line, problem)
				failed = failed || answer.Error != ""
				return enc.Encode(answer)
			})
			if err := errors.Join(err, out.Flush()); err != nil {
				return err
			}
			if failed && strict {
				return errFailed
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&jsonl, "jsonl", false, "read and write JSON lines")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with status 1 when any line cannot be read")
	return cmd
}

func evaluateLine(line []byte, problem error) decisionLine {
	answer := decisionLine{ID: idOf(line), Decision: iampolicy.ImplicitlyDenied}
	var in evaluationLine
	if problem == nil {
		problem = decodeEvaluation(line, &in)
	}
	if problem != nil {
		answer.Error = problem.Error()
		answer.By = "the line is not understood; so nothing is allowed"
		return answer
	}
	d := iampolicy.Evaluate(in.Request.request(), in.policies())
	answer.Decision, answer.By = d.Outcome, d.By
	return answer
}

// evaluationKeys are the keys of a line.
func evaluationKeys() []string {
	return []string{"id", "request", "identity", "resource_policy", "boundary", "session", "scps", "rcps"}
}

// maxUnknownKeys bounds what is said about keys that are not known.
const maxUnknownKeys = 100

func unknownKeys(line []byte, known []string) []string {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(line, &keys); err != nil || len(known) > maxUnknownKeys {
		return nil
	}
	var out []string
	for key := range keys {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, key) }) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// decodeEvaluation reads a line. Beside the known keys of a line others may stand, such as a note, and a person is told;
// but a key of the request that only misspells a known one would change the answer, so that these must be known.
func decodeEvaluation(line []byte, in *evaluationLine) error {
	var request struct {
		Request json.RawMessage `json:"request"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return fmt.Errorf("the line cannot be read: %w", err)
	}
	if len(request.Request) == 0 || string(request.Request) == "null" {
		return errors.New("the line has no request")
	}
	if err := json.Unmarshal(line, in); err != nil {
		return fmt.Errorf("the line cannot be read: %w", err)
	}
	strict := json.NewDecoder(bytes.NewReader(request.Request))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&requestLine{}); err != nil {
		return fmt.Errorf("the request cannot be read: %w", err)
	}
	return nil
}

func (r *requestLine) request() iampolicy.Request {
	out := iampolicy.Request{
		Principal: r.Principal.name, PrincipalType: r.Principal.kind, Role: r.Role, Action: r.Action, Resource: r.Resource,
		ResourceAccount: r.ResourceAccount, ManagementAccount: r.ManagementAccount, ServiceLinkedRole: r.ServiceLinkedRole,
		Context: make(map[string][]string, len(r.Context)),
	}
	for key, values := range r.Context {
		out.Context[key] = values
	}
	return out
}

func (l *evaluationLine) policies() iampolicy.Policies {
	p := iampolicy.Policies{
		Identity: l.Identity.policies(), Boundary: l.Boundary.policies(), Session: l.Session.policies(),
		SCPs: policiesOf(l.SCPs), RCPs: policiesOf(l.RCPs),
	}
	if l.ResourcePolicy != nil {
		one := iampolicy.ReadPolicy("", []byte(*l.ResourcePolicy))
		p.Resource = &one
	}
	return p
}

// policyText is a document as an object or a string.
type policyText json.RawMessage

// UnmarshalJSON keeps the document as it is written: its reader sees what decoding loses.
func (t *policyText) UnmarshalJSON(text []byte) error {
	*t = append((*t)[:0], text...)
	return nil
}

// policyList is a list of documents, or one document.
type policyList []policyText

// UnmarshalJSON reads a list or a single document.
func (l *policyList) UnmarshalJSON(text []byte) error {
	switch {
	case string(text) == "null":
		*l = nil
		return nil
	case text[0] == '[':
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			return err
		}
		*l = make(policyList, 0, len(list))
		for _, one := range list {
			*l = append(*l, policyText(one))
		}
		return nil
	}
	*l = policyList{append(policyText{}, text...)}
	return nil
}

func (l policyList) policies() []iampolicy.Policy {
	out := make([]iampolicy.Policy, len(l))
	for i, text := range l {
		out[i] = iampolicy.ReadPolicy("", text)
	}
	return out
}

// policyLevel is the documents of one level of the organisation. Null is a level without any.
type policyLevel struct{ policyList }

func policiesOf(levels []policyLevel) [][]iampolicy.Policy {
	out := make([][]iampolicy.Policy, len(levels))
	for i, level := range levels {
		out[i] = level.policies()
	}
	return out
}

// principalText is a principal as a text, or as policies write it: {"Service":"ec2.amazonaws.com"}.
type principalText struct{ kind, name string }

// UnmarshalJSON reads a text or an object of one type.
func (t *principalText) UnmarshalJSON(text []byte) error {
	if text[0] != '{' {
		return json.Unmarshal(text, &t.name)
	}
	var of map[string]string
	if err := json.Unmarshal(text, &of); err != nil {
		return err
	}
	if len(of) != 1 {
		return errors.New("a principal has exactly one type")
	}
	for kind, name := range of {
		t.kind, t.name = kind, name
	}
	return nil
}

// valuesText is the values of a context key: a text, a number, a boolean or a list of them. Null is a key that is absent.
type valuesText []string

// UnmarshalJSON reads one value or a list.
func (v *valuesText) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	list, ok := value.([]any)
	if !ok && value != nil {
		list = []any{value}
	}
	*v = make(valuesText, 0, len(list))
	for _, one := range list {
		switch one := one.(type) {
		case string:
			*v = append(*v, one)
		case json.Number, bool:
			*v = append(*v, strings.ToLower(fmt.Sprint(one)))
		default:
			return errors.New("a context value is neither a text nor a number nor a boolean")
		}
	}
	return nil
}
