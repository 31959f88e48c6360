package jsonscan

// An Object walks over the members of an object. After Next, Key is the raw text between the key's quotes and At the
// index of the member's value; the caller moves At to the value's end before the next call.
type Object struct {
	Key     []byte
	Escaped bool // Key holds escapes
	KeyAt   int  // the index of the key's opening quote
	At      int  // after the last member, the index after the object; Malformed or Short when the object is broken

	b     []byte
	begun bool
}

// Members returns a walk over the object that starts at or after b[i].
func Members(b []byte, i int) Object {
	i = Space(b, i)
	switch {
	case i >= len(b):
		return Object{At: Short}
	case b[i] != '{':
		return Object{At: Malformed}
	}
	return Object{b: b, At: i + 1}
}

// Next moves to the next member. It returns false at the end of the object and when the object is broken: see At.
func (o *Object) Next() bool {
	if o.At < 0 {
		return false
	}
	i := Space(o.b, o.At)
	if i >= len(o.b) {
		return o.stop(Short)
	}
	if o.b[i] == '}' {
		return o.stop(i + 1)
	}
	if o.begun {
		if o.b[i] != ',' {
			return o.stop(Malformed)
		}
		i = Space(o.b, i+1)
	}
	o.begun = true
	return o.key(i)
}

func (o *Object) key(i int) bool {
	if i >= len(o.b) {
		return o.stop(Short)
	}
	if o.b[i] != '"' {
		return o.stop(Malformed)
	}
	end, escaped := String(o.b, i)
	if end < 0 {
		return o.stop(end)
	}
	o.Key, o.Escaped, o.KeyAt = o.b[i+1:end-1], escaped, i
	i = Space(o.b, end)
	if i >= len(o.b) {
		return o.stop(Short)
	}
	if o.b[i] != ':' {
		return o.stop(Malformed)
	}
	o.At = Space(o.b, i+1)
	return true
}

func (o *Object) stop(at int) bool {
	o.At = at
	return false
}
