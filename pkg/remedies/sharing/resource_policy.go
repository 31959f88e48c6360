package sharing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/remedies/policytext"
	"riposte/pkg/remedy"
)

// A policyHolder is a kind of resource that has a policy of its own.
type policyHolder[C any] struct {
	action  actions.Action
	kind    detect.ResourceType
	noun    string
	client  func(context.Context, remedy.Target) (C, error)
	refuses func(t remedy.Target) error // says what must not be touched; may be nil
	// read returns the policy, "" where there is none, and ErrGone where the resource is gone.
	read func(ctx context.Context, api C, t remedy.Target) (string, error)
	// write replaces the policy; "" takes it away.
	write func(ctx context.Context, api C, t remedy.Target, document string) error
}

// removeStatements returns the remedy that takes the event's risky statements out of a policy. The aspect is those of them
// that are there. Services replace policies whole: what others have changed meanwhile is read again and kept.
func removeStatements[C any](h policyHolder[C]) remedy.Remedy {
	return remedy.Bind(remedy.Spec[C, *part]{
		Action: h.action,
		Lens: remedy.Lens[C, *part]{
			Client: h.client,
			Read: func(ctx context.Context, api C, t remedy.Target) (*part, error) {
				s, err := selectionOf(t)
				if err != nil {
					return nil, err
				}
				document, err := h.read(ctx, api, t)
				if err != nil {
					return nil, err
				}
				p, err := partOf(document, s)
				return &p, err
			},
			Write: func(ctx context.Context, api C, t remedy.Target, _, to *part) error {
				s, err := selectionOf(t)
				if err != nil {
					return err
				}
				document, err := h.read(ctx, api, t)
				if err != nil {
					return err
				}
				if document, err = replaced(document, s, *to); err != nil {
					return err
				}
				return h.write(ctx, api, t, document)
			},
			Equal:  func(a, b *part) bool { return a.equal(*b) },
			Differ: differ,
		},
		Find: h.find,
		Want: func(_ context.Context, _ C, f detect.Finding, t remedy.Target, before *part) (*part, error) {
			return &part{Statements: []placed{}}, stillTheEvents(f, t, *before)
		},
		Aspect:  "resource-policy",
		Restore: h.restore,
		Summary: func(t remedy.Target, before, after *part) string {
			said := fmt.Sprintf("policy of %s %s: removed %s", h.noun, name(t.ID), before)
			if len(after.Statements) > 0 {
				said += fmt.Sprintf(", %s put back", after)
			}
			return said
		},
		Nothing: func(t remedy.Target, _ *part) string {
			return fmt.Sprintf("the policy of %s %s no longer has the statements of the event", h.noun, name(t.ID))
		},
	})
}

// differ says how a policy differs from what was expected. Where a change only takes statements out, those of the event are
// the ones that should not be there.
func differ(want, live *part) []string {
	texts := func(list []placed) []string {
		out := make([]string, 0, len(list))
		for _, s := range list {
			out = append(out, string(s.Statement))
		}
		return out
	}
	lacks := want.Lacks
	if !want.Known {
		lacks = live.Statements
	}
	return policytext.Differences(texts(want.Statements), texts(lacks), live.Document)
}

// restore goes back to the policy that the event replaced, while the resource still has the event's. What a change of single
// statements left is known only by them.
func (h policyHolder[C]) restore(_ context.Context, _ C, f detect.Finding, t remedy.Target, before, good *part) (*part, error) {
	_, former, _, err := split(good.Document)
	if err == nil && len(former) > 0 {
		added := slices.DeleteFunc(slices.Clone(before.Statements), func(s placed) bool {
			return slices.ContainsFunc(former, func(text string) bool { return says(text, s) })
		})
		if len(added) == 0 && len(before.Statements) > 0 {
			return before, nil // they were there before the event
		}
		if policytext.Still(f, before.Document) {
			was, after, err := restored(before.Document, good.Document)
			if err == nil {
				*before = was // undo takes out again what comes back
			}
			return &after, err
		}
		if len(added) < len(before.Statements) { // of the event's statements, those that were there before stay
			*before = part{Statements: added, Known: true, Document: before.Document}
			return &part{Statements: []placed{}, Lacks: added, Known: true}, stillTheEvents(f, t, *before)
		}
	}
	return &part{Statements: []placed{}}, stillTheEvents(f, t, *before)
}

func (h policyHolder[C]) find(f detect.Finding) (remedy.Target, error) {
	t, err := findResource(f, h.kind, detect.ParamStatements, detect.ParamStatementID)
	if err == nil && h.refuses != nil {
		err = h.refuses(t)
	}
	if err == nil {
		_, err = selectionOf(t)
	}
	return t, err
}

// stillTheEvents refuses a statement that is known by its id alone and lets in others than the event did: somebody has
// put another one under the same id.
func stillTheEvents(f detect.Finding, t remedy.Target, p part) error {
	sid := t.Params[detect.ParamStatementID]
	if sid == "" {
		return nil
	}
	var event grantees
	if err := json.Unmarshal([]byte(f.Params[detect.ParamGrantees]), &event); err != nil || len(event) == 0 {
		return &remedy.Refusal{Reason: fmt.Sprintf("the finding does not say whom statement %s lets in", detect.Text(sid)), Err: err}
	}
	for _, s := range p.Statements {
		if live := principalsOf(s.Statement); !live.equal(event) {
			return remedy.Refuse("statement %s of the policy of %s lets in others than the event did: somebody has changed it", sid, t)
		}
	}
	return nil
}

// principalsOf returns the AWS principals of a statement: account ids for whole accounts, and everything else as it
// stands. Principals of another kind, and a statement that names none, are not comparable with any event's.
func principalsOf(statement json.RawMessage) grantees {
	var s struct {
		Principal json.RawMessage
	}
	list := grantees{}
	if json.Unmarshal(statement, &s) != nil {
		return list
	}
	var kinds map[string]json.RawMessage
	values := texts(s.Principal)
	if json.Unmarshal(s.Principal, &kinds) == nil {
		if len(kinds) != 1 {
			return list
		}
		values = texts(kinds["AWS"])
	}
	for _, v := range values {
		if a, ok := iampolicy.ParseARN(v); ok && a.Service == "iam" && a.Resource == "root" {
			v = a.Account
		}
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

// texts returns a JSON text, or a list of them.
func texts(raw json.RawMessage) []string {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}
	}
	var list []string
	if strings.HasPrefix(strings.TrimSpace(string(raw)), "[") && json.Unmarshal(raw, &list) == nil {
		return list
	}
	return nil
}
