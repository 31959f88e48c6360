package config

import "go.yaml.in/yaml/v3"

var (
	secretName = lazily(`^[A-Za-z0-9/_+=.@-]{1,512}$`)
	secretPart = lazily(`^secret:[A-Za-z0-9/_+=.@-]{1,519}$`)
)

// secret reads the name of a secret. What stands there by mistake is probably the secret itself, so no error shows it.
func (r *reader) secret(n *yaml.Node, path string) string {
	text, ok := r.scalar(n, path, "a secret's name or ARN", tagText)
	if !ok {
		return ""
	}
	if a, ok := ParseARN(text); ok {
		if a.Service == "secretsmanager" && partition().MatchString(a.Partition) && region().MatchString(a.Region) &&
			accountID().MatchString(a.Account) && secretPart().MatchString(a.Resource) {
			return text
		}
		r.fail(n, path, "no ARN of a secret: want arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME")
		return ""
	}
	switch {
	case webhookURL().MatchString(text):
		r.fail(n, path, "this is a webhook's URL, which is a secret: revoke it if this file was shared, store the new one "+
			"in Secrets Manager, and write the name of that secret here")
	case secretToken().MatchString(text):
		r.fail(n, path, "this looks like a token or key itself (not shown): revoke it if this file was shared, store the new one "+
			"in Secrets Manager, and write the name of that secret here")
	case !secretName().MatchString(text):
		r.fail(n, path, "no name of a secret (not shown): want letters, digits and /_+=.@- or an ARN")
	default:
		return text
	}
	return ""
}
