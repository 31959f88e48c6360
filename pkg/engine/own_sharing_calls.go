package engine

import (
	"encoding/json"
	"slices"
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// statementsOf reports whether a call wrote a policy whose risky statements are all known from the incident: its event
// wrote them, or they stood in the policy that a change found or wanted. The whole document may differ: others may have
// changed it meanwhile, and Riposte keeps what they did.
func statementsOf(in ledger.Incident, f detect.Finding) bool {
	if f.Params[detect.ParamStatements] == "" {
		return false
	}
	known := strings.Split(in.Finding.Params[detect.ParamStatements], ",")
	for _, c := range in.Changes {
		known = append(append(known, statementsIn(c.Before)...), statementsIn(c.After)...)
	}
	for hash := range strings.SplitSeq(f.Params[detect.ParamStatements], ",") {
		if !slices.Contains(known, hash) {
			return false
		}
	}
	return true
}

// statementsIn returns the hashes of the statements in the state of a policy: the document as a text, or those of its
// statements that an action works on.
func statementsIn(state json.RawMessage) []string {
	var hashes []string
	var document string
	if json.Unmarshal(state, &document) == nil {
		list, err := detect.PolicyStatements([]byte(document))
		if err != nil {
			return nil
		}
		for _, s := range list {
			hashes = append(hashes, detect.StatementHash(s))
		}
		return hashes
	}
	var part struct {
		Document   string `json:"document"` // the whole policy, where the state has it
		Statements []struct {
			Statement json.RawMessage `json:"statement"`
		} `json:"statements"`
	}
	if json.Unmarshal(state, &part) != nil {
		return nil // it is no state of a policy
	}
	if list, err := detect.PolicyStatements([]byte(part.Document)); err == nil {
		for _, s := range list {
			hashes = append(hashes, detect.StatementHash(s))
		}
	}
	for _, s := range part.Statements {
		hashes = append(hashes, detect.StatementHash(s.Statement))
	}
	return hashes
}

// withinGrantees reports whether everybody with whom a call shared a resource is one with whom the incident's event did.
func withinGrantees(was, f detect.Finding) bool {
	if f.Params[detect.ParamGrantees] == "" {
		return true
	}
	var old, now []string
	if json.Unmarshal([]byte(was.Params[detect.ParamGrantees]), &old) != nil ||
		json.Unmarshal([]byte(f.Params[detect.ParamGrantees]), &now) != nil {
		return false
	}
	return !slices.ContainsFunc(now, func(g string) bool { return !slices.Contains(old, g) })
}
