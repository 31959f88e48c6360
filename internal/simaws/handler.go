package simaws

import (
	"maps"
	"reflect"
	"strconv"
	"time"
)

// A handler answers the calls of one operation, which it is found by through the type of their input.
type handler struct {
	writes bool
	serve  func(*request, any) (any, error)
}

// A request is what a handler works with. A handler that returns an error has changed nothing.
type request struct {
	*state
	account  string
	region   string
	now      time.Time
	pageSize int
	signer   string            // the access key that signed the call, where that matters
	sessions map[string]string // the accounts of root sessions by their access key; they outlive every reading of the state
}

type handlers map[reflect.Type]handler

// reads registers an operation that changes nothing.
func reads[I, O any](h handlers, serve func(*request, *I) (*O, error)) { register(h, false, serve) }

// writes registers an operation that changes the account.
func writes[I, O any](h handlers, serve func(*request, *I) (*O, error)) { register(h, true, serve) }

func register[I, O any](h handlers, writes bool, serve func(*request, *I) (*O, error)) {
	h[reflect.TypeFor[*I]()] = handler{writes: writes, serve: func(r *request, in any) (any, error) {
		out, err := serve(r, in.(*I))
		if err != nil {
			return nil, err
		}
		return out, nil
	}}
}

func allHandlers() handlers {
	h := handlers{}
	for _, service := range []handlers{
		accessKeyHandlers(), principalHandlers(), attachmentHandlers(), inlineHandlers(), policyHandlers(), versionHandlers(),
		trustHandlers(), boundaryHandlers(), membershipHandlers(), loginProfileHandlers(), credentialHandlers(), passwordPolicyHandlers(), providerHandlers(),
		trailHandlers(), trailSettingHandlers(), recorderHandlers(), guardDutyHandlers(), hubHandlers(), eventRuleHandlers(), alarmHandlers(),
		analyzerHandlers(), flowLogHandlers(),
		securityGroupHandlers(), securityGroupRuleHandlers(), callerHandlers(), rootHandlers(),
		storageHandlers(), sharingHandlers(),
		keyHandlers(), networkACLHandlers(), routeHandlers(), instanceHandlers(), mirrorHandlers(), peeringHandlers(), databaseHandlers(), tableHandlers(), organizationHandlers(), identityCenterHandlers(),
	} {
		maps.Copy(h, service)
	}
	return h
}

// page cuts one page out of a listing. marker says where it begins, and next where the following one does.
func page[T any](r *request, all []T, marker *string) (items []T, next *string) {
	start := 0
	if marker != nil {
		start, _ = strconv.Atoi(*marker) // only this function makes markers
	}
	start = min(max(start, 0), len(all))
	if r.pageSize == 0 || start+r.pageSize >= len(all) {
		return all[start:], nil
	}
	end := strconv.Itoa(start + r.pageSize)
	return all[start : start+r.pageSize], &end
}
