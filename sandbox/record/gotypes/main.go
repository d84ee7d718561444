// Command gotypes prints how Kubernetes' Go types encode each field: what is left out when it is empty.
//
// OpenAPI does not tell `bool` from `*bool`, yet `paused: false` vanishes and `replicas: 0` stays. This prints, for
// each schema of the OpenAPI documents, a code per JSON field; record_openapi.py packs it with the schemas.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

var seen = map[reflect.Type]bool{}
var table = map[string]map[string]string{}

// Types that encode themselves: their zero value is never left out by "omitempty", as they are structs.
var own = map[reflect.Type]string{
	reflect.TypeOf(metav1.Time{}):          "T",
	reflect.TypeOf(metav1.MicroTime{}):     "T",
	reflect.TypeOf(intstr.IntOrString{}):   "I",
	reflect.TypeOf(resource.Quantity{}):    "Q",
	reflect.TypeOf(runtime.RawExtension{}): "R",
}

func name(t reflect.Type) string {
	parts := strings.SplitN(t.PkgPath(), "/", 2)
	host := strings.Split(parts[0], ".")
	for i, j := 0, len(host)-1; i < j; i, j = i+1, j-1 {
		host[i], host[j] = host[j], host[i]
	}
	return strings.Join(host, ".") + "." + strings.ReplaceAll(parts[1], "/", ".") + "." + t.Name()
}

// code: lower case is left out when empty, upper case is always written. s scalar, p pointer, c list or map,
// t and E struct; T time, I int-or-string, Q quantity, R raw JSON.
func code(t reflect.Type, omitEmpty, omitZero bool) string {
	if special, ok := own[t]; ok {
		if omitZero {
			return strings.ToLower(special)
		}
		return special
	}
	kind := "s"
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface:
		kind = "p"
	case reflect.Slice, reflect.Map:
		kind = "c"
	case reflect.Struct:
		if omitZero {
			return "t"
		}
		return "E"
	}
	if omitEmpty {
		return kind
	}
	return strings.ToUpper(kind)
}

func fields(t reflect.Type, into map[string]string) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		parts := strings.Split(field.Tag.Get("json"), ",")
		options := strings.Join(parts[1:], ",")
		if parts[0] == "" && (field.Anonymous || strings.Contains(options, "inline")) {
			inner := field.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				fields(inner, into)
			}
			continue
		}
		if parts[0] == "" || parts[0] == "-" {
			continue
		}
		found := code(field.Type, strings.Contains(options, "omitempty"), strings.Contains(options, "omitzero"))
		if found != "p" {
			into[parts[0]] = found
		}
		visit(field.Type)
	}
}

func visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		visit(t.Elem())
	case reflect.Struct:
		if seen[t] || own[t] != "" || t.PkgPath() == "" {
			return
		}
		seen[t] = true
		into := map[string]string{}
		fields(t, into)
		delete(into, "apiVersion")
		delete(into, "kind")
		table[name(t)] = into
	}
}

func main() {
	_ = apiextensions.AddToScheme(scheme.Scheme)
	_ = apiregistration.AddToScheme(scheme.Scheme)
	for _, t := range scheme.Scheme.AllKnownTypes() {
		visit(t)
	}
	_ = json.NewEncoder(os.Stdout).Encode(table)
}
