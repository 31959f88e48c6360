package iampolicy

import (
	"net/netip"
	"strings"
)

// A limit is what one condition leaves of all callers: a set that is fixed and that a stranger cannot join at will.
type limit struct {
	accounts []string // the accounts that it lets in, where it names accounts
	orgs     []string // the organisations that it lets in, where it names organisations
	source   bool     // it is on the resource for which a service calls, so that the service is no confused deputy
}

// named reports whether the limit says whom it lets in.
func (l *limit) named() bool { return len(l.accounts)+len(l.orgs) > 0 }

// A keyClass says what the values of a condition key must be to keep strangers out.
type keyClass uint8

const (
	noLimit       keyClass = iota // no value keeps strangers out
	accountKey                    // an account id
	arnKey                        // an ARN whose account is fixed, or of a bucket, whose name belongs to nobody else
	orgKey                        // an organisation
	orgPathKey                    // a path that begins with an organisation
	fixedKey                      // anything without wildcards
	addressKey                    // ranges of addresses that are not too wide
	userKey                       // the unique id of a role, whatever its session, or of a user
	trueKey                       // true
	externalIDKey                 // no limit for everyone, but one for a service
)

// A limitKey is a condition key that can keep strangers out.
type limitKey struct {
	name   string // in lower case
	class  keyClass
	source bool // tells the resource for which a service calls
}

// limitKeys lists the condition keys that can keep strangers out. Those that are not listed say how, when or with what
// somebody calls, which is for the caller to choose: user agents, referers, dates, MFA, TLS, regions, tags of the
// caller's session, names without an account, the services through which a call came. aws:ResourceAccount is not
// listed because it names the resource and not the caller.
var limitKeys = [...]limitKey{
	{"aws:principalorgid", orgKey, false},
	{"aws:principalorgpaths", orgPathKey, false},
	{"aws:principalaccount", accountKey, false},
	{"aws:principalarn", arnKey, false},
	{"aws:userid", userKey, false},
	{"aws:federatedprovider", arnKey, false},
	{"aws:principalisawsservice", trueKey, false},
	{"aws:principalservicename", fixedKey, false},
	{"aws:principalservicenameslist", fixedKey, false},
	{"aws:sourceaccount", accountKey, true},
	{"aws:sourceowner", accountKey, true},
	{"aws:sourcearn", arnKey, true},
	{"aws:sourceorgid", orgKey, true},
	{"aws:sourceorgpaths", orgPathKey, true},
	{"aws:sourcevpc", fixedKey, false},
	{"aws:sourcevpce", fixedKey, false},
	{"aws:sourcevpcarn", arnKey, false},
	{"aws:ec2instancesourcevpc", fixedKey, false},
	{"aws:vpceaccount", accountKey, false},
	{"aws:vpceorgid", orgKey, false},
	{"aws:vpceorgpaths", orgPathKey, false},
	{"aws:sourceip", addressKey, false},
	{"ec2:sourceinstancearn", arnKey, false},
	{"lambda:sourcefunctionarn", arnKey, false},
	{"lambda:eventsourcetoken", fixedKey, true},
	{"kms:calleraccount", accountKey, true},
	{"s3:dataaccesspointaccount", accountKey, false},
	{"s3:dataaccesspointarn", arnKey, false},
	{"s3:x-amz-server-side-encryption-aws-kms-key-id", fixedKey, false},
	{"elasticfilesystem:accesspointarn", arnKey, false},
	{"elasticfilesystem:accessedviamounttarget", trueKey, false},
	{"sts:externalid", externalIDKey, true},
}

func limitKeyOf(key string) limitKey {
	for _, k := range limitKeys {
		if strings.EqualFold(k.name, key) {
			return k
		}
	}
	// The encryption context of a call names the trail, the log group or the file system for which a service calls.
	if context, ok := cutPrefixFold(key, "kms:EncryptionContext:"); ok && context != "" {
		return limitKey{name: key, class: externalIDKey, source: true}
	}
	return limitKey{name: key}
}

// limitOf returns the limit that a condition of an Allow sets, if it sets one: its operator is positive, does not hold
// where the key is absent, and every one of its values, of which one suffices, is a limit.
func limitOf(s *Statement, c *Condition) (limit, limitKey, bool) {
	key := limitKeyOf(c.Key)
	o := c.Operator
	if key.class == noLimit || o.Comparison.Negated() || s.ConditionRepeated {
		return limit{}, key, false
	}
	if o.HoldsWhenAbsent() && !demandsPresence(s, c.Key) {
		return limit{}, key, false
	}
	l, ok := valuesLimit(key, c)
	return l, key, ok
}

// demandsPresence reports whether another condition of the statement fails where the key is absent.
func demandsPresence(s *Statement, key string) bool {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if c.Operator.Comparison == Null && c.Is(key) && len(c.Values) > 0 && allValues(c.Values, isFalse) {
			return true
		}
	}
	return false
}

func isTrue(text string) bool  { return strings.EqualFold(text, "true") }
func isFalse(text string) bool { return strings.EqualFold(text, "false") }

func allValues(values []Value, is func(string) bool) bool {
	for i := range values {
		if !is(values[i].Text) {
			return false
		}
	}
	return true
}

// comparesWith reports whether an operator, or its negation, compares values of a class so that their text decides.
func comparesWith(class keyClass, c Comparison) bool {
	switch c {
	case StringEquals, StringEqualsIgnoreCase, StringLike, ArnEquals, ArnLike,
		StringNotEquals, StringNotEqualsIgnoreCase, StringNotLike, ArnNotEquals, ArnNotLike:
		return class != trueKey
	case IPAddress, NotIPAddress:
		return class == addressKey
	case Bool:
		return class == trueKey
	default:
		return false
	}
}

// valuesLimit returns what the values of a condition let in, whether the operator names them or excludes all others.
func valuesLimit(key limitKey, c *Condition) (limit, bool) {
	if len(c.Values) == 0 || !comparesWith(key.class, c.Operator.Comparison) {
		return limit{}, false
	}
	l := limit{source: key.source}
	if key.class == addressKey {
		return l, narrowAddresses(c.Values)
	}
	for i := range c.Values {
		if !l.add(key.class, c.Values[i].Text) {
			return limit{}, false
		}
	}
	return l, true
}

// add lets one value in. It reports false where the value is no limit.
func (l *limit) add(class keyClass, text string) bool {
	if text == "" || strings.Contains(text, "${") {
		return false
	}
	switch class {
	case accountKey:
		l.accounts = append(l.accounts, text)
		return !HasWildcard(text)
	case orgKey:
		l.orgs = append(l.orgs, text)
		return !HasWildcard(text)
	case orgPathKey:
		org, _, _ := strings.Cut(text, "/")
		l.orgs = append(l.orgs, org)
		return org != "" && !HasWildcard(org)
	case arnKey:
		return l.addARN(text)
	case userKey:
		return l.addUser(text)
	case fixedKey, externalIDKey:
		return !HasWildcard(text)
	case trueKey:
		return isTrue(text)
	default:
		return false
	}
}

func (l *limit) addUser(text string) bool {
	id, session, has := strings.Cut(text, ":")
	if IsAccount(id) {
		l.accounts = append(l.accounts, id)
	}
	return len(id) > 4 && !HasWildcard(id) && (session != "" || !has)
}

func (l *limit) addARN(text string) bool {
	a, ok := ParseARN(text)
	switch {
	case !ok:
		return false
	case a.Account != "" && !HasWildcard(a.Account):
		l.accounts = append(l.accounts, a.Account)
		return true
	case a.Service == "s3":
		bucket, _, _ := strings.Cut(a.Resource, "/")
		return bucket != "" && !HasWildcard(bucket)
	}
	return false
}

const (
	widestIPv4   = 8  // a range wider than this is the internet
	widestIPv6   = 32 // likewise
	widestInSum4 = 4  // all ranges of a condition together may hold as many addresses as a range of this length
	widestInSum6 = 28
)

// narrowAddresses reports whether every range is one that somebody can call his own. Many ranges that are just narrow
// enough are judged together, or else they could make up the internet.
func narrowAddresses(values []Value) bool {
	var sum4, sum6 float64
	for i := range values {
		text := values[i].Text
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil || address.Zone() != "" {
				return false
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		widest, sum := widestIPv4, &sum4
		if prefix.Addr().Is6() {
			widest, sum = widestIPv6, &sum6
		}
		if prefix.Bits() < widest {
			return false
		}
		*sum += 1 / float64(uint64(1)<<min(prefix.Bits(), 60))
	}
	return sum4 <= 1/float64(uint64(1)<<widestInSum4) && sum6 <= 1/float64(uint64(1)<<widestInSum6)
}

func cutPrefixFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}
