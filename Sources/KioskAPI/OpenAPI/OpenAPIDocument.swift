/// The API's description (OpenAPI 3.1), served at `/v1/openapi.yaml`: the same text as docs/openapi.yaml.
enum OpenAPIDocument {
    static let yaml = paths + components
}
