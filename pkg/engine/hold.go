package engine

import (
	"context"
	"errors"
	"fmt"

	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// maxAgain is how often a change is made once more when what it reversed comes back while it is being verified.
const maxAgain = 1

// errBack says that what was reversed has come back again.
var errBack = errors.New("it came back again after it was reversed")

// hold applies change n of the journal and sees that it holds. Whoever races Riposte is met once more; who wins that too is
// not met a third time: the incident fails, so that people look.
func (r *Remediator) hold(ctx context.Context, in *ledger.Incident, n int, rem remedy.Remedy) error {
	for {
		err := r.apply(ctx, in, n, rem)
		if _, notHeld := errors.AsType[*notHeldError](err); !notHeld {
			return err
		}
		if _, back := rem.VerifyUndo(ctx, in.Changes[n].Change); remedy.Final(back) {
			// What is there now is neither: somebody has changed it to something else, which is another event's. To wait for the
			// next delivery would keep that one's job waiting.
			return &remedy.Refusal{Reason: err.Error()}
		} else if back != nil {
			return errors.Join(err, back)
		}
		if in.Changes[n].Again >= maxAgain {
			return &remedy.Refusal{Reason: fmt.Sprintf("the change of %s does not hold", in.Changes[n].Target), Err: errBack}
		}
		if err := r.running(ctx); err != nil {
			return err
		}
		err = r.update(ctx, in, func(i *ledger.Incident) error {
			i.Changes[n].State = ledger.Planned
			i.Changes[n].Again++
			i.Notes = append(i.Notes, r.note(fmt.Sprintf("what was reversed came back; %s is changed once more", i.Changes[n].Target)))
			return nil
		})
		if err != nil {
			return err
		}
	}
}
