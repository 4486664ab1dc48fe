"""Write src/authme/crypto/data/blocklist.bin from the frequency lists of zxcvbn and a list of Brazilian passwords.

Run after changing a list or updating zxcvbn: `.venv/bin/python scripts/build_blocklist.py`. The output depends on nothing else.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]  # it ships no types

from authme.crypto.blocklist import PREFIX_BYTES, digest_prefix
from authme.crypto.passwords import normalize

TARGET = Path(__file__).parents[1] / "src/authme/crypto/data/blocklist.bin"
SHORTEST = 8
VARIED = 4_000  # how many of the most used words get endings
ENDINGS = (
    *("1", "12", "123", "1234", "12345", "123456", "!", "1!", "12!", "123!", "@1", "@12", "@123", "@1234", "#123", "*123"),
    *("01", "10", "2023", "2024", "2025", "2026", "@2024", "@2025", "@2026"),
)
# What zxcvbn, made from leaks in English, does not have.
BRAZILIAN = """
    senha senhas senhaforte minhasenha novasenha trocarsenha mudarsenha senhasenha senhasegura senhapadrao mudar trocar
    alterar brasil brasileiro brasileira saopaulo riodejaneiro curitiba salvador fortaleza brasilia recife manaus
    goiania portoalegre flamengo corinthians palmeiras santos vasco gremio cruzeiro atletico botafogo fluminense
    internacional bahia saopaulofc timao mengao verdao tricolor galo futebol campeao hexacampeao libertadores jesus
    jesuscristo deus deusefiel deusfiel deusamor deuseamor deusebom deusnocomando jesusteama jesussalva jesusama
    nossasenhora aparecida fe gratidao gracadedeus euamojesus euamodeus senhorjesus espiritosanto amor amoreterno
    amormeu meuamor meubem teamo euteamo teamomuito teadoro amovoce saudade saudades felicidade alegria paixao princesa
    principe lindo linda gatinha gatinho bonita bonito querida querido familia minhafamilia filho filha mamae papai vovo
    amigo amigos amiga amizade anjinho borboleta estrela cachorro gato macaco tigre golfinho coelho sol lua praia
    chocolate banana morango abacaxi cerveja maria jose joao antonio francisco ana carlos paulo pedro lucas luiz marcos
    gabriel rafael daniel marcelo bruno eduardo felipe rodrigo gustavo mateus matheus guilherme leonardo fernando
    fernanda juliana mariana camila amanda bruna jessica leticia julia luciana vanessa beatriz larissa vitoria isabela
    gabriela rafaela carolina patricia aline sandra administrador usuario acesso acessar entrar entrada sistema cliente
    empresa banco contabil financeiro servidor computador internet primeiroacesso bemvindo bemvinda teste testando
    testeteste qualquer segredo segredos secreto escola professor professora policial bombeiro advogado medico
    enfermeira gerente diretor secretaria prefeitura governo ministerio janeiro fevereiro marco abril maio junho julho
    agosto setembro outubro novembro dezembro segunda terca quarta quinta sexta sabado domingo verao inverno outono
    primavera carnaval natal anonovo abcd1234 a1b2c3d4 abc12345 1q2w3e4r 1q2w3e4r5t q1w2e3r4 qwertyui asdfghjk asdfghjkl
    zxcvbnm asdf1234 qwer1234 qwe123 qwe12345 1qaz2wsx zaq12wsx 123mudar 123456ab 123456abc 102030 10203040 1020304050
    123454321 147258369 147852369 159357 159753 321654987 741852963 789456123 987456321 963852741 12131415 11223344
    1122334455 112233445566 12341234 123123123 123456789a a123456789 12345678a a12345678 q1w2e3r4t5 p@ssw0rd p4ssw0rd
    passw0rd s3nh4 s3nha senh@ adm1n admin administrator root toor master guest default changeme welcome letmein login
"""


def words() -> list[str]:
    """Return the common passwords, most used first, in the form in which the program looks them up."""
    listed = [*FREQUENCY_LISTS["passwords"][: VARIED // 2], *BRAZILIAN.split(), *FREQUENCY_LISTS["passwords"][VARIED // 2 :]]
    return list(dict.fromkeys(normalize(word).casefold() for word in listed))


def with_endings(common: Iterable[str]) -> Iterator[str]:
    """Give the words themselves and the words with what people append when a rule asks for a digit or a sign."""
    for place, word in enumerate(common):
        yield word
        if place < VARIED:
            yield from (word + ending for ending in ENDINGS)


def main() -> None:
    """Write the file and say what is in it."""
    entries = {entry for entry in with_endings(words()) if len(entry) >= SHORTEST}
    packed = b"".join(sorted({digest_prefix(entry) for entry in entries}))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(packed)
    print(f"{len(entries)} passwords, {len(packed)} bytes ({len(packed) // PREFIX_BYTES} prefixes)")


if __name__ == "__main__":
    main()
