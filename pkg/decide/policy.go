package decide

import (
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// Options are what a Policy needs besides the operator's configuration.
type Options struct {
	OwnRoles    []string       // ARNs of the roles under which Riposte itself calls AWS; the account may be "*" for every account
	MaxEventAge *time.Duration // overrides the configuration's; 0 for no limit
	// RootOf reports whether the root user of an account can be taken on, without which some actions are not to be had; nil
	// for nobody's.
	RootOf func(account string) bool
}

// A Policy decides. It is safe for concurrent use.
type Policy struct {
	cfg          *config.Config
	own          []ownRole
	exceptions   []exception
	breakGlass   []breakGlass
	irreversible map[string]config.Position
	maxAge       time.Duration // 0 for no limit
	maxAgeFrom   string        // what set it
	action       func(id string) (actions.Action, bool)
	rootOf       func(account string) bool
}

// New makes a Policy of a configuration, which must not be changed any more. Without one the defaults hold.
func New(cfg *config.Config, o Options) *Policy {
	if cfg == nil {
		cfg = config.Default()
	}
	p := &Policy{
		cfg: cfg, own: ownRoles(o.OwnRoles), irreversible: map[string]config.Position{},
		maxAge: cfg.Limits.MaxEventAge, maxAgeFrom: "limits.max_event_age", action: actions.ByID,
	}
	if p.rootOf = o.RootOf; p.rootOf == nil {
		p.rootOf = func(string) bool { return false }
	}
	if o.MaxEventAge != nil {
		p.maxAge, p.maxAgeFrom = *o.MaxEventAge, "the limit that was given"
	}
	for _, e := range cfg.Exceptions {
		p.exceptions = append(p.exceptions, compileException(e))
	}
	for _, b := range cfg.BreakGlass {
		p.breakGlass = append(p.breakGlass, compileBreakGlass(b))
	}
	for _, name := range cfg.Irreversible {
		p.irreversible[name.Text] = name.Pos
	}
	return p
}

// Decide gives a finding its mode, and says why. It is pure.
func (p *Policy) Decide(f detect.Finding, facts Facts) Decision {
	d, _ := p.Explain(f, facts)
	return d
}

// A Step says what one guard made of a finding.
type Step struct {
	Guard   string `json:"guard"`
	Decided bool   `json:"decided"` // this guard decided, and no later one was asked
	Note    string `json:"note"`
}

// Explain decides like Decide and says what every guard that was asked made of the finding, in their order.
func (p *Policy) Explain(f detect.Finding, facts Facts) (Decision, []Step) {
	c := &question{p: p, f: f, facts: facts, setting: p.setting(f)}
	c.actionID, c.action = p.firstAction(f)
	var steps []Step
	for _, g := range guards() {
		a := g.ask(c)
		steps = append(steps, Step{Guard: g.name, Decided: a.decided, Note: a.note})
		if a.decided {
			a.decision.Beyond = p.beyond(f)
			return a.decision, steps
		}
	}
	// Unreachable: the last guard always decides. Were it not so, a person is told.
	return Decision{Mode: Alert, Reason: "No guard decided."}, steps
}

// firstAction returns the preferred action among those of the finding that this version has and that can be had in its
// account.
func (p *Policy) firstAction(f detect.Finding) (string, actions.Action) {
	for _, id := range f.Actions {
		if a, ok := p.action(id); ok && (!a.AsRoot || p.rootOf(f.Event.Account)) {
			return id, a
		}
	}
	return "", actions.Action{}
}

// beyond returns the actions of a finding that take on a root user who cannot be taken on.
func (p *Policy) beyond(f detect.Finding) []string {
	var out []string
	for _, id := range f.Actions {
		if a, ok := p.action(id); ok && a.AsRoot && !p.rootOf(f.Event.Account) {
			out = append(out, id)
		}
	}
	return out
}

// A question is one finding on its way through the guards.
type question struct {
	p        *Policy
	f        detect.Finding
	facts    Facts
	setting  setting
	actionID string // empty when no action fits
	action   actions.Action
}

// An answer is what one guard says: a decision, or a note why it lets the finding pass.
type answer struct {
	decided  bool
	decision Decision
	note     string
}

func pass(note string) answer { return answer{note: note} }

func decided(d Decision) answer { return answer{decided: true, decision: d, note: d.Reason} }

func alert(reason string) answer { return decided(Decision{Mode: Alert, Reason: reason}) }

func heldBy(h Hold, reason string) answer {
	return decided(Decision{Mode: Alert, Reason: reason, Held: h})
}
