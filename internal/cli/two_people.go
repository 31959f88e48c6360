package cli

import (
	"cmp"
	"context"
	"fmt"

	"riposte/pkg/answer"
	"riposte/pkg/config"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
)

// whoAnswers returns who may answer by the configuration, which matters only to answers that change an account. Where none
// was named, and the one that lies here cannot be read, nobody is kept from answering a deployed system.
func whoAnswers(p *Process, v answer.Verb, file, bus string) (config.Answers, error) {
	if !v.ChangesAccount() {
		return config.Answers{}, nil
	}
	cfg, err := readConfig(file)
	switch {
	case err == nil:
		return cfg.Answers, nil
	case file == "" && bus != "":
		fmt.Fprintf(p.Stderr, "riposte: %s cannot be read, so that accounts that take two people are not known here\n", configFile)
		return config.Answers{}, nil
	}
	return config.Answers{}, err
}

// decided carries a decision out, by two people where the incident's account takes two.
func decided(ctx context.Context, p *Process, r *engine.Remediator, who config.Answers, id string, v answer.Verb, by engine.Person, do decision,
) (ledger.Incident, error) {
	if v.ChangesAccount() && len(who.TwoPeople) > 0 {
		in, err := r.Store.Get(ctx, id)
		if err != nil {
			return in, fmt.Errorf("%s %q: %w", v, id, err)
		}
		if answer.NeedsTwo(who, v, in.Account) {
			return byTwo(ctx, p, r, in, v, by, do)
		}
	}
	return do(ctx, r, id, by)
}

// byTwo answers an incident whose account takes two people: the first is recorded, and the second acts for both.
func byTwo(ctx context.Context, p *Process, r *engine.Remediator, in ledger.Incident, v answer.Verb, by engine.Person, do decision) (ledger.Incident, error) {
	both, agreed, err := r.Second(ctx, in, engine.Consent{Verb: v, Who: cmp.Or(by.Principal, by.Name), By: by})
	if err != nil {
		return in, fmt.Errorf("%s %s: %w", v, in.ID, err)
	}
	if !agreed {
		fmt.Fprintf(p.Stderr, "riposte: account %s takes two people: yours is the first approval; somebody else has to give the second within %s\n",
			in.Account, answer.SecondWithin)
		return r.Store.Get(ctx, in.ID)
	}
	in, err = do(ctx, r, in.ID, both)
	if err == nil {
		r.Agreed(ctx, in, v)
	}
	return in, err
}
