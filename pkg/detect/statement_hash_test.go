package detect_test

import (
	"testing"

	"riposte/pkg/detect"
)

func TestStatementHash(t *testing.T) {
	hash := func(s string) string { return detect.StatementHash([]byte(s)) }
	same := []string{
		`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject","s3:ListBucket"],"Condition":{"Bool":{"aws:SecureTransport":"true"}}}`,
		`{ "Effect":"Allow","Action":["s3:ListBucket","s3:GetObject"], "Principal":{"AWS":["arn:aws:iam::444455556666:root"]},"Condition":{"Bool":{"aws:SecureTransport":[true]}}}`,
	}
	if hash(same[0]) != hash(same[1]) {
		t.Errorf("%s differs from %s", same[1], same[0])
	}
	seen := map[string]string{}
	for _, s := range []string{
		same[0],
		`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:user/root"},"Action":["s3:GetObject","s3:ListBucket"],"Condition":{"Bool":{"aws:SecureTransport":"true"}}}`,
		`{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":["s3:GetObject","s3:ListBucket"],"Condition":{"Bool":{"aws:SecureTransport":"true"}}}`,
		`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject"],"Condition":{"Bool":{"aws:SecureTransport":"true"}}}`,
		`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject","s3:ListBucket"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
		`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject","s3:ListBucket"]}`,
		`{"Effect":"Allow","Principal":"*"}`, `{"Effect":"Allow","Principal":{"AWS":"*"}}`, `{"a":[]}`, `{"a":[[]]}`, `{"a":{}}`, `{"a":`, "", "{} {}",
	} {
		h := hash(s)
		if other, taken := seen[h]; taken || len(h) != 64 {
			t.Errorf("%q has the hash of %q: %s", s, other, h)
		}
		seen[h] = s
	}
}

func FuzzStatementHash(f *testing.F) {
	f.Add([]byte(`{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::444455556666:root",true,1]}}`))
	f.Add([]byte(`[[`))
	f.Fuzz(func(t *testing.T, statement []byte) {
		if a, b := detect.StatementHash(statement), detect.StatementHash(statement); a != b || len(a) != 64 {
			t.Errorf("%q has the hashes %s and %s", statement, a, b)
		}
	})
}
