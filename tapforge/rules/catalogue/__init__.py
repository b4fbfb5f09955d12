"""The rules that come with tapforge, by what they are about; `registry` finds them."""
