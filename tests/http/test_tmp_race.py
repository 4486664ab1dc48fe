from support.factors import *
from support.given import *
import pytest

async def test_race(on_both: Given, make_given):
    if "postgres" not in on_both.env["AUTHME_DATABASE_URL"]: pytest.skip("x")
    other = await make_given(beside=on_both)
    ws=(on_both,other)
    client = await on_both.client()
    service = await on_both.service("account_lock","identity_remove")
    seen={}
    for k in range(60):
        user = await on_both.user()
        toks = [await on_both.user_token(user, client) for _ in range(6)]
        asked=[]; codes=[]
        for t in toks:
            if len(asked)<5:
                asked.append(await asked_for(on_both.api.as_(t))); codes.append(await on_both.code(user.name))
        reqs=[fulfil(ws[n%2].api.as_(t), a, token=c) for n,(t,a,c) in enumerate(zip(toks,asked,codes))]
        if k%2: reqs.insert(k%5, service.post("/user-identities/lock", json={"userId": user.id}))
        else: reqs.insert(k%5, service.delete(f"/user-identities/{user.id}"))
        for a in await at_once(*reqs):
            seen[a.status_code]=seen.get(a.status_code,0)+1
    print(seen)
    assert 503 not in seen, seen
