package iampolicy

import "strings"

// An ARN is an Amazon Resource Name, or a pattern of one, in its six parts.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// ParseARN cuts a text into the parts of an ARN. The resource may hold more colons.
func ParseARN(text string) (ARN, bool) {
	rest, ok := strings.CutPrefix(text, "arn:")
	if !ok {
		return ARN{}, false
	}
	var a ARN
	for _, part := range []*string{&a.Partition, &a.Service, &a.Region, &a.Account} {
		if *part, rest, ok = strings.Cut(rest, ":"); !ok {
			return ARN{}, false
		}
	}
	a.Resource = rest
	return a, true
}

// String returns the ARN as it is written.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// KnownPartition reports whether AWS has a partition of this name.
func KnownPartition(name string) bool {
	switch name {
	case "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc":
		return true
	}
	return false
}

// IsAccount reports whether a text is an account id: twelve digits.
func IsAccount(text string) bool {
	if len(text) != 12 {
		return false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// MatchARN reports whether an ARN pattern matches an ARN as the condition operators for ARNs do: part by part, so that a
// wildcard in one part does not reach into the next. A pattern that is no ARN only matches one where it is all stars. A
// Resource is matched as a text, with Match.
func MatchARN(pattern, arn string) bool {
	p, ok := ParseARN(pattern)
	a, isARN := ParseARN(arn)
	if !ok || !isARN {
		return ok == isARN && Match(pattern, arn) || pattern != "" && strings.Trim(pattern, "*") == ""
	}
	return Match(p.Partition, a.Partition) && Match(p.Service, a.Service) && Match(p.Region, a.Region) &&
		Match(p.Account, a.Account) && Match(p.Resource, a.Resource)
}
