package simaws

import (
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

func keyGrantHandlers() handlers {
	h := handlers{}
	reads(h, listGrants)
	writes(h, createKeyGrant)
	writes(h, revokeGrant)
	return h
}

// keyGrants returns the grants on a key and where they are kept.
func (r *request) keyGrants(id *string) (thing, []types.GrantListEntry, error) {
	key, err := r.keyPolicyOf(id)
	key.kind = "grants on a key"
	var all []types.GrantListEntry
	for _, text := range r.shared.lists[key] {
		var g types.GrantListEntry
		if err := json.Unmarshal([]byte(text), &g); err != nil {
			return key, nil, err
		}
		all = append(all, g)
	}
	return key, all, err
}

func listGrants(r *request, in *kms.ListGrantsInput) (*kms.ListGrantsOutput, error) {
	_, all, err := r.keyGrants(in.KeyId)
	if err != nil {
		return nil, err
	}
	some, next := page(r, all, in.Marker)
	return &kms.ListGrantsOutput{Grants: some, NextMarker: next, Truncated: next != nil}, nil
}

func createKeyGrant(r *request, in *kms.CreateGrantInput) (*kms.CreateGrantOutput, error) {
	key, _, err := r.keyGrants(in.KeyId)
	if err != nil {
		return nil, err
	}
	g := types.GrantListEntry{
		GrantId: aws.String(r.newID("%08x")), GranteePrincipal: in.GranteePrincipal, RetiringPrincipal: in.RetiringPrincipal,
		Operations: in.Operations, Constraints: in.Constraints, Name: in.Name,
		GranteeServicePrincipal: in.GranteeServicePrincipal, RetiringServicePrincipal: in.RetiringServicePrincipal,
	}
	raw, err := json.Marshal(g)
	if err != nil {
		return nil, err
	}
	r.shared.lists[key] = append(slices.Clone(r.shared.lists[key]), string(raw))
	return &kms.CreateGrantOutput{GrantId: g.GrantId}, nil
}

func revokeGrant(r *request, in *kms.RevokeGrantInput) (*kms.RevokeGrantOutput, error) {
	key, all, err := r.keyGrants(in.KeyId)
	if err != nil {
		return nil, err
	}
	n := slices.IndexFunc(all, func(g types.GrantListEntry) bool { return aws.ToString(g.GrantId) == *in.GrantId })
	if n < 0 {
		return nil, &types.NotFoundException{Message: aws.String("Grant " + *in.GrantId + " does not exist")}
	}
	r.shared.lists[key] = slices.Delete(slices.Clone(r.shared.lists[key]), n, n+1)
	if len(all) == 1 {
		delete(r.shared.lists, key) // as it was before the first
	}
	return &kms.RevokeGrantOutput{}, nil
}
