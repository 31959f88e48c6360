package simaws

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Snapshot returns everything that the account holds as JSON with sorted keys. Of two accounts with the same snapshot no
// call can tell which is which, but for the identifiers that they will make up.
func (a *Account) Snapshot() (json.RawMessage, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	tree := plain(reflect.ValueOf(*a.live)).(map[string]any)
	delete(tree, "made")
	return json.Marshal(tree)
}

// CountFrom makes the account make up identifiers from a number on. Two accounts in which different calls were made give the
// same identifiers to what comes later.
func (a *Account) CountFrom(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.live.made = n
}

// plain returns a value with its unexported fields as what encoding/json writes by itself.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	case reflect.Map:
		object := make(map[string]any, v.Len())
		for entries := v.MapRange(); entries.Next(); {
			object[keyText(entries.Key())] = plain(entries.Value())
		}
		return object
	case reflect.Struct:
		return plainStruct(v)
	case reflect.Bool:
		return v.Bool()
	case reflect.String:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

func plainStruct(v reflect.Value) any {
	if v.Type() == reflect.TypeFor[time.Time]() {
		return fmt.Sprint(v.Field(0), v.Field(1)) // reflection calls no methods of what lies in unexported fields
	}
	object := map[string]any{}
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.Type.Size() > 0 {
			object[field.Name] = plain(v.Field(i))
		}
	}
	return object
}

// keyText returns a map's key as a text: the fields of a struct one after the other.
func keyText(key reflect.Value) string {
	if key.Kind() != reflect.Struct {
		return fmt.Sprint(key)
	}
	texts := make([]string, key.NumField())
	for i := range texts {
		texts[i] = keyText(key.Field(i))
	}
	return strings.Join(texts, " ")
}
