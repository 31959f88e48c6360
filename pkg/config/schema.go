package config

import _ "embed"

//go:embed riposte.schema.json
var schema []byte

// Schema returns the JSON Schema of riposte.yaml, for editors. docs/riposte.schema.json is a copy of it.
func Schema() []byte { return schema }
