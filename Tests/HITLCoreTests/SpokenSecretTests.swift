import HITLCore
import Testing

@Suite struct `A secret that words announce` {
    private func found(_ text: String, named name: String = "") -> [String] {
        SecretScanner.scan(text, named: name).filter { $0.kind.severity == .secret }.map { match in
            String(decoding: Array(text.utf8)[match.range], as: UTF8.self)
        }
    }

    @Test(arguments: [
        "the password is Zx9!kQ7pLm2w", "password => 'Zx9!kQ7pLm2w'", "password\tZx9!kQ7pLm2w",
        "login admin / password Zx9!kQ7pLm2w", "The new password for admin: Zx9!kQ7pLm2w", "kennwort: Zx9!kQ7pLm2w",
        "pw: Zx9!kQ7pLm2w", "credentials: admin/Zx9!kQ7pLm2w", "ENV API_TOKEN Zx9akQ7pLm2wB",
        "password: >-\n  Zx9!kQ7pLm2w", "password:\n  - Zx9!kQ7pLm2w", "password = \"\"\"Zx9!kQ7pLm2w\"\"\"",
        "define('DB_PASSWORD', 'Zx9!kQ7pLm2w');", "Bearer Zx9akQ7pLm2wBZx9akQ7", "my pin is 4921", "PIN: 4921",
        "OTP 483920", "one-time code: 483920", "CVV 123",
    ])
    func `is found in prose and in files`(text: String) {
        #expect(found(text).contains { text.hasSuffix($0) || text.contains($0) && $0.utf8.count >= 3 })
    }

    @Test(arguments: [
        "ALTER ROLE a WITH PASSWORD 'Zx9akQ7pLm2wB'", "CREATE USER a IDENTIFIED BY 'Zx9akQ7pLm2wB'",
        "INSERT INTO users(name, password) VALUES('a', 'Zx9akQ7pLm2wB')", "SET PASSWORD FOR a = 'Zx9akQ7pLm2wB'",
        "psql -c \"ALTER USER a PASSWORD 'Zx9akQ7pLm2wB'\"", "gh secret set X <<< Zx9akQ7pLm2wB",
        "gh secret set X -bZx9akQ7pLm2wB", "echo Zx9akQ7pLm2wB | docker login --password-stdin",
        "printf '%s' Zx9akQ7pLm2wB | passwd --stdin a", "curl --oauth2-bearer Zx9akQ7pLm2wB h",
        "curl -b 'sid=Zx9akQ7pLm2wB' h", "curl --cert c:Zx9akQ7pLm2wB h", "vault kv put secret/x value=Zx9akQ7pLm2wB",
        "fly secrets set FOO=Zx9akQ7pLm2wB", "doppler secrets set X=Zx9akQ7pLm2wB",
        "keytool -storepass Zx9akQ7pLm2wB -list", "./x -token Zx9akQ7pLm2wB", "snmpwalk -v3 -A Zx9akQ7pLm2wB h",
        "nmcli dev wifi connect x password Zx9akQ7pLm2wB", "wpa_passphrase net Zx9akQ7pLm2wB",
        "cryptsetup luksOpen x y <<< Zx9akQ7pLm2wB", "consul kv put db/password Zx9akQ7pLm2wB",
        "aws ssm put-parameter --name /x --type SecureString --value Zx9akQ7pLm2wB",
        "az keyvault secret set --vault-name v -n x --value Zx9akQ7pLm2wB",
        "security add-generic-password -a a -s s -w Zx9akQ7pLm2wB", "sudo -S <<< Zx9akQ7pLm2wB ls",
        "ssh-keygen -N Zx9akQ7pLm2wB -f k", "ssh-keygen -P 'Zx9akQ7pLm2wB' -p -f k", "useradd -p Zx9akQ7pLm2wB a",
        "sqlplus a/Zx9akQ7pLm2wB@h", "influx -password Zx9akQ7pLm2wB", "lftp -u a,Zx9akQ7pLm2wB h",
        "ansible-vault encrypt_string 'Zx9akQ7pLm2wB' --name x", "http -a u:Zx9akQ7pLm2wB h",
    ])
    func `is found in commands and statements`(text: String) {
        #expect(found(text) == ["Zx9akQ7pLm2wB"])
    }

    @Test func `is found where a URL has its account`() {
        #expect(found("git remote add o https://Zx9akQ7pLm2wBq7k@h.example/x") == ["Zx9akQ7pLm2wBq7k"])
        #expect(found("git clone ssh://git@h.example/x https://ada.lovelace@h.example/y").isEmpty)
    }

    @Test(arguments: [
        "bearer", "credentials", "pin", "otp", "recovery_code", "mot_de_passe", "contraseña", "пароль", "密码",
        "ldap_bind_pw",
        "wifi_psk", "X-Custom-Auth", "credential",
    ])
    func `is found by the name of its member`(name: String) {
        #expect(found("Zx9!kQ7pLm2w", named: name) == ["Zx9!kQ7pLm2w"])
    }

    @Test(arguments: [
        ("4921", "pin"), ("483920", "otp"), ("123", "cvv_code"), ("include", "credentials"),
        ("same-origin", "credentials"),
        ("./config/credentials.json", "credentials"), ("oauth2", "auth"), ("https://x.example/2", "auth"),
        ("12", "pin"),
        ("E1001", "code"), ("200", "code"), ("1024-x", "pin"),
    ])
    func `of a few digits is one only where the name says so`(text: String, name: String) {
        #expect(found(text, named: name).isEmpty == !["pin 4921", "otp 483920"].contains("\(name) \(text)"))
    }

    @Test(arguments: [
        "the password is required", "password must have 12 characters", "enter your password here", "token expired",
        "password reset for ada", "the token is invalid", "a basic example of things", "Bearer authentication is used",
        "GPIO pin 13 is high", "bearer of bad news", "password is: see the wiki",
        "fetch(u, { credentials: \"include\" })",
        "[\"password\", \"email\"]", "put(\"password\", value)", "INSERT INTO t(a, b) VALUES(1, 2)", "code: 200",
        "if (a << 2 < b) password", "cat <<< hello", "echo hi | tee docker.log", "./x -tokenize fast",
        "git commit -b x=1",
        "identified by its name", "curl -b cookies.txt h", "make -password", "the secret to success",
    ])
    func `is not taken for one where nothing is said`(text: String) {
        #expect(found(text).isEmpty, "\(found(text))")
    }

    @Test func `is inherited by what a member of secrets holds`() throws {
        let value = try JSONValue(
            parsing: #"{"secrets":{"foo":"Zx9akQ7pLm2wB"},"field":"api_key","new_value":"Zx9akQ7pLm2wC"}"#)
        let masked = Masking.value(
            value, scan: { SecretScanner.scan($0, named: $1) }, replace: { text, _ in text.isEmpty ? "" : "<masked>" })
        #expect(
            masked
                == (try JSONValue(parsing: #"{"secrets":{"foo":"<masked>"},"field":"api_key","new_value":"<masked>"}"#))
        )
    }
}
