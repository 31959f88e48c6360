package logging

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"riposte/pkg/remedy"
)

// goneFromGuardDuty turns GuardDuty's words for what does not exist into remedy.ErrGone. It has one error for whatever is
// wrong with a request, so that the message decides; another message stays an error.
func goneFromGuardDuty(err error) error {
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return remedy.ErrGone
	}
	bad, ok := errors.AsType[*types.BadRequestException](err)
	if !ok {
		return err
	}
	for _, said := range []string{"not owned by the current account", "no such resource found"} {
		if strings.Contains(bad.ErrorMessage(), said) {
			return remedy.ErrGone
		}
	}
	return err
}
