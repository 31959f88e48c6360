package engine

import (
	"context"
	"fmt"

	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// onBehalf returns a context in which remedies work for an incident: they name it where they go, and what they do on their
// way gets into its journal.
func (r *Remediator) onBehalf(ctx context.Context, id string) context.Context {
	return remedy.WithCause(ctx, remedy.Cause{
		Incident: id,
		Mark: func(ctx context.Context, account, resource string) error {
			return r.Store.Touch(ctx, ledger.ResourceKey(account, resource), id, r.Now())
		},
		Session: func(ctx context.Context, accessKey string) error {
			_, err := r.Store.Update(ctx, id, func(i *ledger.Incident) error {
				note := r.note("entered the account by the session " + accessKey)
				note.Principal = accessKey
				i.Notes = append(i.Notes, note)
				return nil
			})
			if err != nil {
				return fmt.Errorf("record in the ledger: %w", err)
			}
			return nil
		},
	})
}
