"""Certificates for cases that speak TLS."""


def certificates(lab, names, authority="authority"):
    """An authority and a certificate for each name (for "localhost" also for its address), in the lab's folder."""
    def openssl(*words):
        lab.execute(["openssl", *words])

    made = {}
    root, key = lab.folder / f"{authority}.pem", lab.folder / f"{authority}.key"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
            root, "-subj", f"/CN={authority}", "-days", "1")
    for name in names:
        own, request, signed = (lab.folder / f"{authority}-{name}.{end}" for end in ("key", "csr", "pem"))
        names_file = lab.folder / f"{authority}-{name}.ext"
        names_file.write_text(f"subjectAltName=DNS:{name}" + (",IP:127.0.0.1" if name == "localhost" else "") + "\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", own, "-out", request,
                "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", root, "-CAkey", key, "-CAcreateserial", "-out", signed,
                "-extfile", names_file, "-days", "1")
        made[name] = {"certificate": signed, "key": own, "authority": root}
    return made
