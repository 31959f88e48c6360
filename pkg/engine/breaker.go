package engine

import (
	"context"
	"fmt"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// A Breaker bounds how many incidents may be acted on in one clock hour; beyond it they alert only. A zero bound means
// that nothing may be acted on, a negative one that there is no bound.
type Breaker struct {
	PerRule    int64 // of one rule in one account
	PerAccount int64
	Total      int64
}

// spend counts one incident against every bound, the narrowest first, and says which bound is used up, or "". What a
// narrow bound stops does not count against a wider one, so that a flood of one rule leaves the others able to act. A
// death between counting and opening the incident counts it twice, which errs toward alerting.
func (b Breaker) spend(ctx context.Context, store ledger.Store, f detect.Finding, now time.Time) (string, error) {
	hour := now.UTC().Format("2006-01-02T15")
	budgets := []struct {
		key, what string
		bound     int64
	}{
		{"rule/" + f.Event.Account + "/" + f.Rule, "of rule " + f.Rule + " in account " + f.Event.Account, b.PerRule},
		{"account/" + f.Event.Account, "in account " + f.Event.Account, b.PerAccount},
		{"total", "in all accounts", b.Total},
	}
	for _, budget := range budgets {
		if budget.bound < 0 {
			continue
		}
		n, err := store.Count(ctx, "budget/"+hour+"/"+budget.key, 2*time.Hour)
		if err != nil {
			return "", err
		}
		if n > budget.bound {
			return fmt.Sprintf("%d actions an hour %s are allowed, and this would be number %d", budget.bound, budget.what, n), nil
		}
	}
	return "", nil
}
