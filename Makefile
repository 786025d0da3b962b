# What `sam build` calls, once for each function: it needs only Node and npm. ARTIFACTS_DIR comes from SAM.
build-%Function: node_modules
	npm run --silent lambda -- $(shell echo $* | sed 's|\([a-z]\)\([A-Z]\)|\1-\2|g' | tr A-Z a-z) $(ARTIFACTS_DIR)

node_modules:
	npm ci --no-fund --no-audit
