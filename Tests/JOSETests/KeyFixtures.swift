/// Keys in the forms that people have them in, made by the `openssl` command for these tests and used nowhere else.
enum KeyFixtures {
  /// An RSA key of 2048 bits: PKCS#8.
  static let rsaPKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDalzXdxEWVHB4Q
    hkgRzn/c6m3RCgKtJYybbbPzpl0OboiJguL44P0ezCxpr6dIrFu/zhwomCDtFWIv
    Q8gYfiC3hNEBIGc4/D/Dq9EyozLoT5a7ejHmeGdTPjGEYtslrLbfc7bTLFfQ5kIH
    fc3oIkey679ZmMAfaJmfOpjdCGOlsO80JiQjRhq4lM5ozcc95m5J3wO+afp8GOFD
    jmc+C9FICPQPJrjkYH1uElRO7k5RlmT2ksI6dyq7KM0eaf3eqvy4ppJV6FfYsWWj
    TVpLf/XDtU6PBAVhvHHxkq7vgRtacu5OgPNXgADIqdU359CDipcwRyNVNxKDWUoV
    mwERdMNvAgMBAAECggEAIH5FxZd9eHLbjT1IzUzS+PXoKSDB0Rc51YjzLQ7X2mNX
    7IkGUFSxi7hyCavQxB7K7LIowWgLzPJWzAvZXLqzBlS59N7qOTBWEjIiQNK9qIbc
    MzYw4L+ZLGicV7+SMAGClajPzohS7Xys6AwtZYpi+hfNM/Ze6MxVubOuMX0jwudJ
    wfwuDDOXgPmlPNhqtYfK+OFLz6G5MWKjVv/o2475qWXWare0+3GIgdwrq9yTVB07
    Gh9T0CqisIdGSSZqPEeztZyoFF/7Zg8KUowd0NGqOyrPl4ZgsiCi65AzvLkxHcQg
    ZOO21t6t7sDRbgmajLrV+sOMjgQfNpWN9eNhp64lEQKBgQD+uzAjHmqqFE6hkJ1W
    zZSBIR/VdliJz9fgfBBy5AKz2Odmc0bxY8Y0pdi5R7jCTMmv8HMvw6cVNIlHS6gV
    2CZ3YaLrmptpOxNQ3L38RRlVuxp+ibF7VSneo0SOfzFDLKeO2p4eXq/uKV4P6f5d
    7wxe2pzXEcBMpNBJkWnqYTvVbQKBgQDbrfBhL7MjKMo+H1vqKOIgb6NBYzMAb9Gr
    pe2xMv2to0ebyM5kJDIepfDT8gXLfPr6GXPfoSk/wBFWaBpfyD2SE5NLd6jOSu96
    9IjyJ9cRN51roU8rfNl/l5dbA6eDEM2uXXEbpPI2iGoXN3F/3jFP4+Tc9iLp9Odg
    0EHrJObeywKBgQDdUO1l1ct+sd4PaYIKJNtdxdXOtN///GDnXWM9LvVaJJ4H2ShO
    Gg3fOCiv8ayIxAaHojWxzh+gwOB03TrQn9fr6RyP7ugP6Y/CtccrIy372nAOeLuH
    GFskYF30IHZAks+RwkeWw1W/apma4gZqvoLU9sNF6NpWvOtqv7hyNsCxkQKBgAzU
    2BmVI62GEGoYgtHmmW6zlqGXHb+EyIZyJrQW+mJOCzy6OfP3eUX5A1wd4uDD6BT7
    r5z8WOB0Y47cfc3icFY79nqN/rot/lb8OZOLaDCFQxiqT2mG3V1qiVizmfE55gmt
    Q5INzGgLB8dbYbHKVK8J7LBLYDayK2GoSHFnsmSJAoGBALlpGbdnFpJZe/z5E7qA
    vZJQx6JcSY9iNwfOJdxwrlWkQYuOo9xLgXuK8IWaQNzw6w796SiJNgFuSwvhy+71
    6z918oj+etzt9cqsriLrpg/Ic2KAiqc+RzDHkpZ/tU7gmnZeYaSobLa+e3W90jH9
    0R46xDxDAp2l0k3yEZ3bIqQP
    -----END PRIVATE KEY-----
    """

  /// The same: PKCS#1.
  static let rsaPKCS1 = """
    -----BEGIN RSA PRIVATE KEY-----
    MIIEpAIBAAKCAQEA2pc13cRFlRweEIZIEc5/3Opt0QoCrSWMm22z86ZdDm6IiYLi
    +OD9Hswsaa+nSKxbv84cKJgg7RViL0PIGH4gt4TRASBnOPw/w6vRMqMy6E+Wu3ox
    5nhnUz4xhGLbJay233O20yxX0OZCB33N6CJHsuu/WZjAH2iZnzqY3QhjpbDvNCYk
    I0YauJTOaM3HPeZuSd8Dvmn6fBjhQ45nPgvRSAj0Dya45GB9bhJUTu5OUZZk9pLC
    OncquyjNHmn93qr8uKaSVehX2LFlo01aS3/1w7VOjwQFYbxx8ZKu74EbWnLuToDz
    V4AAyKnVN+fQg4qXMEcjVTcSg1lKFZsBEXTDbwIDAQABAoIBACB+RcWXfXhy2409
    SM1M0vj16CkgwdEXOdWI8y0O19pjV+yJBlBUsYu4cgmr0MQeyuyyKMFoC8zyVswL
    2Vy6swZUufTe6jkwVhIyIkDSvaiG3DM2MOC/mSxonFe/kjABgpWoz86IUu18rOgM
    LWWKYvoXzTP2XujMVbmzrjF9I8LnScH8Lgwzl4D5pTzYarWHyvjhS8+huTFio1b/
    6NuO+all1mq3tPtxiIHcK6vck1QdOxofU9AqorCHRkkmajxHs7WcqBRf+2YPClKM
    HdDRqjsqz5eGYLIgouuQM7y5MR3EIGTjttbere7A0W4Jmoy61frDjI4EHzaVjfXj
    YaeuJRECgYEA/rswIx5qqhROoZCdVs2UgSEf1XZYic/X4HwQcuQCs9jnZnNG8WPG
    NKXYuUe4wkzJr/BzL8OnFTSJR0uoFdgmd2Gi65qbaTsTUNy9/EUZVbsafomxe1Up
    3qNEjn8xQyynjtqeHl6v7ileD+n+Xe8MXtqc1xHATKTQSZFp6mE71W0CgYEA263w
    YS+zIyjKPh9b6ijiIG+jQWMzAG/Rq6XtsTL9raNHm8jOZCQyHqXw0/IFy3z6+hlz
    36EpP8ARVmgaX8g9khOTS3eozkrvevSI8ifXETeda6FPK3zZf5eXWwOngxDNrl1x
    G6TyNohqFzdxf94xT+Pk3PYi6fTnYNBB6yTm3ssCgYEA3VDtZdXLfrHeD2mCCiTb
    XcXVzrTf//xg511jPS71WiSeB9koThoN3zgor/GsiMQGh6I1sc4foMDgdN060J/X
    6+kcj+7oD+mPwrXHKyMt+9pwDni7hxhbJGBd9CB2QJLPkcJHlsNVv2qZmuIGar6C
    1PbDRejaVrzrar+4cjbAsZECgYAM1NgZlSOthhBqGILR5plus5ahlx2/hMiGcia0
    FvpiTgs8ujnz93lF+QNcHeLgw+gU+6+c/FjgdGOO3H3N4nBWO/Z6jf66Lf5W/DmT
    i2gwhUMYqk9pht1daolYs5nxOeYJrUOSDcxoCwfHW2GxylSvCeywS2A2sithqEhx
    Z7JkiQKBgQC5aRm3ZxaSWXv8+RO6gL2SUMeiXEmPYjcHziXccK5VpEGLjqPcS4F7
    ivCFmkDc8OsO/ekoiTYBbksL4cvu9es/dfKI/nrc7fXKrK4i66YPyHNigIqnPkcw
    x5KWf7VO4Jp2XmGkqGy2vnt1vdIx/dEeOsQ8QwKdpdJN8hGd2yKkDw==
    -----END RSA PRIVATE KEY-----
    """

  /// Its public part: SubjectPublicKeyInfo.
  static let rsaPublic = """
    -----BEGIN PUBLIC KEY-----
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2pc13cRFlRweEIZIEc5/
    3Opt0QoCrSWMm22z86ZdDm6IiYLi+OD9Hswsaa+nSKxbv84cKJgg7RViL0PIGH4g
    t4TRASBnOPw/w6vRMqMy6E+Wu3ox5nhnUz4xhGLbJay233O20yxX0OZCB33N6CJH
    suu/WZjAH2iZnzqY3QhjpbDvNCYkI0YauJTOaM3HPeZuSd8Dvmn6fBjhQ45nPgvR
    SAj0Dya45GB9bhJUTu5OUZZk9pLCOncquyjNHmn93qr8uKaSVehX2LFlo01aS3/1
    w7VOjwQFYbxx8ZKu74EbWnLuToDzV4AAyKnVN+fQg4qXMEcjVTcSg1lKFZsBEXTD
    bwIDAQAB
    -----END PUBLIC KEY-----
    """

  /// Its public part: PKCS#1.
  static let rsaPublicPKCS1 = """
    -----BEGIN RSA PUBLIC KEY-----
    MIIBCgKCAQEA2pc13cRFlRweEIZIEc5/3Opt0QoCrSWMm22z86ZdDm6IiYLi+OD9
    Hswsaa+nSKxbv84cKJgg7RViL0PIGH4gt4TRASBnOPw/w6vRMqMy6E+Wu3ox5nhn
    Uz4xhGLbJay233O20yxX0OZCB33N6CJHsuu/WZjAH2iZnzqY3QhjpbDvNCYkI0Ya
    uJTOaM3HPeZuSd8Dvmn6fBjhQ45nPgvRSAj0Dya45GB9bhJUTu5OUZZk9pLCOncq
    uyjNHmn93qr8uKaSVehX2LFlo01aS3/1w7VOjwQFYbxx8ZKu74EbWnLuToDzV4AA
    yKnVN+fQg4qXMEcjVTcSg1lKFZsBEXTDbwIDAQAB
    -----END RSA PUBLIC KEY-----
    """

  /// A certificate for it.
  static let rsaCertificate = """
    -----BEGIN CERTIFICATE-----
    MIIC/zCCAeegAwIBAgIUOLUsD27gtO/jtAufYsdKHWg/8D0wDQYJKoZIhvcNAQEL
    BQAwDzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjMxNDM1MzNaFw0yNjExMjQxNDM1
    MzNaMA8xDTALBgNVBAMMBHRlc3QwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK
    AoIBAQDalzXdxEWVHB4QhkgRzn/c6m3RCgKtJYybbbPzpl0OboiJguL44P0ezCxp
    r6dIrFu/zhwomCDtFWIvQ8gYfiC3hNEBIGc4/D/Dq9EyozLoT5a7ejHmeGdTPjGE
    YtslrLbfc7bTLFfQ5kIHfc3oIkey679ZmMAfaJmfOpjdCGOlsO80JiQjRhq4lM5o
    zcc95m5J3wO+afp8GOFDjmc+C9FICPQPJrjkYH1uElRO7k5RlmT2ksI6dyq7KM0e
    af3eqvy4ppJV6FfYsWWjTVpLf/XDtU6PBAVhvHHxkq7vgRtacu5OgPNXgADIqdU3
    59CDipcwRyNVNxKDWUoVmwERdMNvAgMBAAGjUzBRMB0GA1UdDgQWBBQGc9FTS2uy
    ZuYJJ8nxeNNB0mqVpjAfBgNVHSMEGDAWgBQGc9FTS2uyZuYJJ8nxeNNB0mqVpjAP
    BgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQCBWmqp4B0sMqqlG8rj
    OmK4ZwDP7/7O+WHxBRgp5c2Bodrvi4t/C0nDNWO4pJRf9WZbw0IKPuY8t/AB8pn9
    crn0fmXcGmohTFEM5YpgzoOMOaFbacajPFg8SoZSDpbdX00VyZ9dR40+DmGABuEL
    p2AkXX4mBZ58QxNsDQxmGXCnSJase1UC3C409Dh2xdDRx52bDoAM53C4L3BqQMav
    dUxpSvwm38a5tOTUaBc5Jq1zsVg8AZ3E/f6bwyj7TzoA1dvFknD/QkEKj8Obp0Yl
    ZuupSyco62jdPgtvVnKlSPZ9iE0YrjTukH5Ul6PWvbXFgfQK88AcV1DMf9Ti0ayS
    nTR4
    -----END CERTIFICATE-----
    """

  /// A P-256 key: PKCS#8.
  static let ecPKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRltAq9P9jUFT8Ow8
    bFLJn+d9eHDUU/CwN1UvID5kadKhRANCAAQbBcUcmQg9HGbQfeDRNtPSmis4cu85
    zvQhRMG02685yiozQeGZTZkJiKqdbeCmPfx0pd24WNpiwF4NTlEHE68q
    -----END PRIVATE KEY-----
    """

  /// The same: SEC1, after its parameters.
  static let ecSEC1 = """
    -----BEGIN EC PARAMETERS-----
    BggqhkjOPQMBBw==
    -----END EC PARAMETERS-----
    -----BEGIN EC PRIVATE KEY-----
    MHcCAQEEIEZbQKvT/Y1BU/DsPGxSyZ/nfXhw1FPwsDdVLyA+ZGnSoAoGCCqGSM49
    AwEHoUQDQgAEGwXFHJkIPRxm0H3g0TbT0porOHLvOc70IUTBtNuvOcoqM0HhmU2Z
    CYiqnW3gpj38dKXduFjaYsBeDU5RBxOvKg==
    -----END EC PRIVATE KEY-----
    """

  /// Its public part.
  static let ecPublic = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGwXFHJkIPRxm0H3g0TbT0porOHLv
    Oc70IUTBtNuvOcoqM0HhmU2ZCYiqnW3gpj38dKXduFjaYsBeDU5RBxOvKg==
    -----END PUBLIC KEY-----
    """

  /// A certificate for it.
  static let ecCertificate = """
    -----BEGIN CERTIFICATE-----
    MIIBczCCARmgAwIBAgIUUoJPRbxlmbaAkD/YpZJOvKFEtOUwCgYIKoZIzj0EAwIw
    DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjMxNDM1MzNaFw0yNjExMjQxNDM1MzNa
    MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQbBcUc
    mQg9HGbQfeDRNtPSmis4cu85zvQhRMG02685yiozQeGZTZkJiKqdbeCmPfx0pd24
    WNpiwF4NTlEHE68qo1MwUTAdBgNVHQ4EFgQU/OkhC1hqmB13F9frPOxBER45qPgw
    HwYDVR0jBBgwFoAU/OkhC1hqmB13F9frPOxBER45qPgwDwYDVR0TAQH/BAUwAwEB
    /zAKBggqhkjOPQQDAgNIADBFAiEAwdPY9/bDK+zoBTcArwsb5mzR0WdDWc1b/nZ6
    QCym95ICIH0CIxpW375tdcjpjD2RYIciq7vlyUBKyiAI2v+PGi8H
    -----END CERTIFICATE-----
    """

  /// The same, encrypted: PKCS#8.
  static let ecEncryptedPKCS8 = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAguTAf3Gxr2awICCAAw
    DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEEppNy9JsnxKu5g//e/MQV8EgZC7
    EUf2mKZkcMddrIjWIenZXD7wjru/fVK2IZVBYToJfK2pUqpYGCP/pyqaSe2VKyk7
    +DLV1DIAiGIUakKTq2aaAYcWc40UrnSyae8csABT34XDA5UkkYYwnYqJnVH4tntv
    fsKCTtEMtiN2vcmMO2ArICwZ+KGIj03JKVfuYnHWY+yGCVWyP/kyZVap0SZJImU=
    -----END ENCRYPTED PRIVATE KEY-----
    """

  /// The same, encrypted in the old way.
  static let ecEncryptedSEC1 = """
    -----BEGIN EC PRIVATE KEY-----
    Proc-Type: 4,ENCRYPTED
    DEK-Info: AES-128-CBC,ED1E73C854E7B9386328C7BE52AA2079

    t9g/AEJx7u/y+MHknACL1e29OLc9DQ6Wbvu4u7ciu9JyaQlcO7KqslcQ75n/1LLG
    UfACSdR7ZFE7BSgvOE6WdnhTvwr9IycmqpWOuHY1onN0ISPrW7wTjyp16g6Ua6Dp
    3usntS4OMxCt9rZKrdEIadjCgLbe0BY0Dd8a9k9st6U=
    -----END EC PRIVATE KEY-----
    """

  /// A request for a certificate, which is no key.
  static let ecRequest = """
    -----BEGIN CERTIFICATE REQUEST-----
    MIHJMHECAQAwDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
    A0IABBsFxRyZCD0cZtB94NE209KaKzhy7znO9CFEwbTbrznKKjNB4ZlNmQmIqp1t
    4KY9/HSl3bhY2mLAXg1OUQcTryqgADAKBggqhkjOPQQDAgNIADBFAiEAuucWis8I
    kapxeOWqGmTK+7FPQYYBh9StHLzEEOvo0k4CIB/QDFgJFfMl2+fC04jGQ7/6aX1f
    p0Ym7CctaGSG7oGc
    -----END CERTIFICATE REQUEST-----
    """

  /// A public key that brings the parameters of P-256 along instead of naming it.
  static let ecExplicit = """
    -----BEGIN PUBLIC KEY-----
    MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
    AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
    ///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
    NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
    RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
    //////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABLWAZ1S6Katfg32QHFacOKkE
    delmmFaenczE//0UfW5suvmCV0/863tmt+UJrFVBljis24qpxxuVFiS+hZ+FWtw=
    -----END PUBLIC KEY-----
    """

  /// An Ed25519 key: PKCS#8.
  static let edPKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIAIrIrZ+PQcqxuYVJsHEzJAhG6OccHlmx+cRQ26wziVa
    -----END PRIVATE KEY-----
    """

  /// Its public part.
  static let edPublic = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAULhmJ0c3EkTqE08Bgti8L1UO+ux41DSE0fpldaRUDJU=
    -----END PUBLIC KEY-----
    """

  /// A key for key agreement.
  static let x25519Public = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VuAyEAsZ/LQSM86TXg9T+5ckZLdCS8MTWgRRqmXVv3EqreU2E=
    -----END PUBLIC KEY-----
    """

  /// A key on a curve that JOSE does not have.
  static let p224Public = """
    -----BEGIN PUBLIC KEY-----
    ME4wEAYHKoZIzj0CAQYFK4EEACEDOgAEBgPL2VfJtKUjOzNqARQg3dI1PPjXAXEq
    JrVluKKgN2cGjMCKRDNPupQBrND107tXGoFDoeCZuvA=
    -----END PUBLIC KEY-----
    """

  /// An RSA key that is for RSASSA-PSS alone.
  static let pssPrivate = """
    -----BEGIN PRIVATE KEY-----
    MIIEvAIBADALBgkqhkiG9w0BAQoEggSoMIIEpAIBAAKCAQEApyI6raIhcAwDhwvy
    EKPokhgvkIiGGa3/mcF+G8KGFw8+XzdKbnNHeXky4nM9ZY8BJir1aJuxkowsP+UR
    /QnhWdt0/YJT5Di0eenkuLGZHk7xerultNVNm/t+3Oj87hibASMqo6kty6P5UYnM
    3pJ4ydlq5mNdbO81f9RW1yeaVojd6nOUF+geNAEnR6+eTq3TCFqE3PLIaXXIToUh
    OfzVlHdCkCVKzQXs6s/hft1BvFLxw9cnt9lpbnYp4ImWXH/Qckr89ClfZhFzArqI
    EEZKNzbIANk7fejS7uMZGJMIPA2CSM6LfO9guKAB2CjD0Expqfd4o+r1xeRvn2MQ
    cKP+9wIDAQABAoIBADnJEOalrs/xp2qSy7/LHAcfC5r6SPsp+LytdK+eYwQoBhWf
    pUFo5CZwrBI1a93oQqpyoeToJ84WXto8liqZtut9gAaCgAThQi0AnE7rQJiFDOK1
    bEaIlUu/+Y3hlEmyAi2zffOV87p72CDD9yxhEhgf7uD3K/8U+bdXsCq1i5wtKJ6Y
    DM2knoFjMB1VM6551ejz5bkJF1h/ICelaZEumkHNW2u9Lel/lv8oV6llqvinShQL
    IcmwMDFMSgJQpg516FLLDlkiW+Xf2xRRXny5sBx6QLniiC0lvMMHvkzXUtBKiL3R
    nobRFMRPV8GJpLJJTUMyrhbM95LaCk92+fqt+TkCgYEA4LCjFv4BkeI4G+OXQAVN
    s1F00K1rdFUwwmNam+2lvMT+LScqL6HDb3XsaW4dlhj3K432Br88zR22U1224ej7
    Awbt36yulmHEP2qeM2U9ikGsnUnLPHLyUNUIhCswwwLwL+qS4wGlDG6srcp58Gw5
    GQjVSLP+DEYoEvoQr5vEJCsCgYEAvmxjQXZ7f5v1sxd69DbDDjpFmrtu4BlkwG11
    dR/He92/I77/IdO9fxYbNw9d3CuhnB8zutzGHt5xUzje4T8QFfpnE9rGL/MexH0A
    eONi5d+G95zoiBcnhQqETpRn0lPRpdVSDtvNQSVPXzSzlFxKi1ycuLF+DXCUDIyK
    y45GLmUCgYEAyQpjMrxdjTlbOOD/wSG9rzewDNNOdQ2Qji21shUGGYwtXRtQ7MOR
    iZZ6zK7hPB7kcY0Y2FqePW1baOZOL351sfSuPFdW82lQ3ek42gW49Y7jsuyHM3Qq
    CldCwneerq5fWJBLk2AyXJheWzXyu0MqJ5M2u1GJe1P+oVQsP+RgsHcCgYAmkxZY
    QIQsCY/wQ6Voq19AFpXbDnUbeIlsYcAVheaHNRhvSVWtqJMOl4/Ty40b+Mq4Mant
    BKQtxKn4TeD4iCneCeevofXb6MgmzZu24Xk7T9ireGGyj941mTfMI0wU01341gnV
    cLlXpRM7GhX2y+td59jnoS0D0/ZpxF6pdZzJ8QKBgQCscjFPWvj+RNleDVrpJkxR
    eTQdmMM8zei3cBQxM0cXsqqbkE7DbRc5llY04EY1AfgeWBdEVrKFmiBwaz/OOiwb
    P5k5nGmU94ojCws82mMMZ6fI7ScmWjDicbYvahcdhG3MGv4QRscVGyf12v9++dKA
    lwlQHWj06mk0oIJ4z3DPqQ==
    -----END PRIVATE KEY-----
    """

  /// An RSA key that is too short.
  static let rsa1024Public = """
    -----BEGIN PUBLIC KEY-----
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDqW3Bh6fCwAdPfHm0zF032UX1O
    fqfUUDjQ6NlWYZtdZR7xoaBH2ii960Hy3jeo2EQMetzsxlszEFspyk32u4IQPc3m
    I/ZwT0Lq8h1mihQGtlq4I78SwYUaOBZmAJJ91kRsg1MtogIw5gB7tYy6q8qBupf4
    lkyMn8Ucbj95Z+PZWQIDAQAB
    -----END PUBLIC KEY-----
    """
}
