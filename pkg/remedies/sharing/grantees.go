package sharing

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// everyone is the grantee that stands for everybody with an AWS account.
const everyone = "all"

// grantees are with whom a resource is shared: account ids, ARNs of organisations and of their units, and everyone.
type grantees []string

var (
	accountID       = regexp.MustCompile(`^[0-9]{12}$`)
	organizationARN = regexp.MustCompile(`^arn:[a-z-]+:organizations::[0-9]{12}:organization/o-[a-z0-9]+$`)
	unitARN         = regexp.MustCompile(`^arn:[a-z-]+:organizations::[0-9]{12}:ou/o-[a-z0-9]+/ou-[a-z0-9-]+$`)
)

// isAccount reports whether a grantee is everyone or a single account, which every service can share with.
func isAccount(g string) bool { return g == everyone || accountID.MatchString(g) }

// without returns those that the others do not have.
func (list grantees) without(others grantees) grantees {
	rest := grantees{}
	for _, g := range list {
		if !slices.Contains(others, g) {
			rest = append(rest, g)
		}
	}
	return rest
}

// orNone returns nil for an empty list, which a request then leaves out: some services read an empty one as one empty name.
func orNone(list grantees) grantees {
	if len(list) == 0 {
		return nil
	}
	return list
}

// equal reports whether two lists name the same.
func (list grantees) equal(other grantees) bool {
	return len(list.without(other)) == 0 && len(other.without(list)) == 0
}

// String returns the grantees for a person: "everyone, account 444455556666".
func (list grantees) String() string {
	texts := make([]string, len(list))
	for i, g := range list {
		switch {
		case g == everyone:
			texts[i] = "everyone"
		case accountID.MatchString(g):
			texts[i] = "account " + g
		default:
			texts[i] = g
		}
	}
	return strings.Join(texts, ", ")
}

// A shareList is a list of grantees that a service keeps for a resource.
type shareList[C any] struct {
	action actions.Action
	kind   detect.ResourceType
	noun   string // what people call the resource
	client func(context.Context, remedy.Target) (C, error)
	// refuses says what must not be touched, or returns nil.
	refuses func(t remedy.Target) error
	known   func(grantee string) bool // what the service can share with
	read    func(ctx context.Context, api C, id string) (grantees, error)
	write   func(ctx context.Context, api C, id string, add, remove grantees) error
}

// unshare returns the remedy that takes the event's grantees off a list. The aspect is those of them that are on it, so
// that the others stay.
func unshare[C any](s shareList[C]) remedy.Remedy {
	return remedy.Bind(remedy.Spec[C, grantees]{
		Action: s.action,
		Lens: remedy.Lens[C, grantees]{
			Client: s.client,
			Read: func(ctx context.Context, api C, t remedy.Target) (grantees, error) {
				live, err := s.read(ctx, api, t.ID)
				if err != nil || t.Params[detect.ParamGrantees] == "" {
					return live, err // a baseline is taken of all
				}
				of, err := s.granteesOf(t)
				if err != nil {
					return nil, err
				}
				return of.without(of.without(live)), nil
			},
			Write: func(ctx context.Context, api C, t remedy.Target, from, to grantees) error {
				return s.write(ctx, api, t.ID, orNone(to.without(from)), orNone(from.without(to)))
			},
			Equal: grantees.equal,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findResource(f, s.kind, detect.ParamGrantees)
			if err == nil && s.refuses != nil {
				err = s.refuses(t)
			}
			if err == nil {
				_, err = s.granteesOf(t)
			}
			return t, err
		},
		Want: func(context.Context, C, detect.Finding, remedy.Target, grantees) (grantees, error) {
			return grantees{}, nil
		},
		Aspect: "share-list",
		Restore: func(_ context.Context, _ C, _ detect.Finding, _ remedy.Target, before, good grantees) (grantees, error) {
			return before.without(before.without(good)), nil // with those it was shared before the event too
		},
		Recall: s.recall,
		Summary: func(t remedy.Target, before, after grantees) string {
			return fmt.Sprintf("%s %s: no longer shared with %s", s.noun, t.ID, before.without(after))
		},
		Nothing: func(t remedy.Target, _ grantees) string {
			return fmt.Sprintf("%s %s is no longer shared with those of the event", s.noun, t.ID)
		},
	})
}

// recall returns those of the event's grantees with whom the resource is known to have been shared before.
func (s shareList[C]) recall(ctx context.Context, known remedy.Known, t remedy.Target) (grantees, bool, error) {
	good := grantees{}
	raw, ok, err := known(ctx, "share-list", t)
	if err != nil {
		return nil, false, err
	}
	if ok && json.Unmarshal(raw, &good) != nil {
		good = grantees{}
	}
	of, err := s.granteesOf(t)
	if err != nil {
		return nil, false, err
	}
	for _, g := range of {
		part := t
		part.Params = map[string]string{detect.ParamPart: g}
		raw, ok, err := known(ctx, "share", part)
		if err != nil {
			return nil, false, err
		}
		var shared bool
		if !ok || json.Unmarshal(raw, &shared) != nil {
			continue
		}
		good = good.without(grantees{g})
		if shared {
			good = append(good, g)
		}
	}
	return good, true, nil
}

// granteesOf returns with whom the event shared the resource.
func (s shareList[C]) granteesOf(t remedy.Target) (grantees, error) {
	var list grantees
	if err := json.Unmarshal([]byte(t.Params[detect.ParamGrantees]), &list); err != nil || len(list) == 0 {
		return nil, &remedy.Refusal{Reason: fmt.Sprintf("the finding does not say with whom %s %s was shared", s.noun, detect.Text(t.ID)), Err: err}
	}
	for _, g := range list {
		if !s.known(g) {
			return nil, remedy.Refuse("%s %s cannot have been shared with %q", s.noun, t.ID, g)
		}
	}
	return list, nil
}
