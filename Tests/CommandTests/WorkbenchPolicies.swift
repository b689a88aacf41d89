/// Trust policies for the tokens of the made-up issuer.
extension Workbench {
  static let policies = [
    "role.json": """
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/issuer.example"},
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "issuer.example:aud": "example.org",
              "issuer.example:sub": "repo:acme/app:ref:refs/heads/release"
            }
          }
        }
      ]
    }
    """,
    "provider.json": #"{"Url": "issuer.example", "ClientIDList": ["example.org"], "ThumbprintList": []}"#,
    "open-role.json": """
    {
      "Version": "2012-10-17",
      "Statement": {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/issuer.example"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {"issuer.example:sub": "repo:acme*"}}
      }
    }
    """,
    "credential.json": """
    {
      "name": "main",
      "issuer": "https://issuer.example",
      "subject": "repo:acme/app:ref:refs/heads/main",
      "audiences": ["api://AzureADTokenExchange"]
    }
    """,
    "gcp.yaml": """
    name: projects/123/locations/global/workloadIdentityPools/pool/providers/ci
    state: ACTIVE
    oidc:
      issuerUri: https://issuer.example
      allowedAudiences:
      - example.org
    attributeMapping:
      google.subject: assertion.sub
    attributeCondition: assertion.sub.startsWith('repo:acme/')
    """,
    "deploy.sts.yaml": """
    issuer: https://issuer.example
    subject_pattern: repo:acme/app:ref:refs/heads/(main|release)
    audience: example.org
    permissions:
      contents: read
    """,
    "bad-operator.json": """
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/issuer.example"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEqual": {"issuer.example:sub": "x"}}
      }]
    }
    """,
    "claims.json": """
    {"iss": "https://issuer.example", "aud": "example.org", "sub": "repo:acme/app:ref:refs/heads/release",
     "iat": 1700000000, "exp": 1700003600}
    """,
  ]
}
