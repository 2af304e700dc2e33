"""The language server: what confguard knows, in editors. Needs the extra ``lsp`` (pygls and lsprotocol)."""
