"""Common given and family names, to notice a person's name in a heading, a sheet name or a file name.

A net with wide meshes: it finds the common names of the UK and no others. Names that are also months, places
or everyday words of this subject (April, May, Grace, Victoria, Police, Ward) are left out on purpose.
Source: the names heading the ONS baby name tables of 1954-2020 and the 2001 census list of family names.
"""

_GIVEN = """aaron abigail adam adrian aisha alan albert alexander alexandra alfie alice alison amanda amelia amy andrea
andrew angela anita ann anne annie anthony antony arthur barbara barry benjamin bernard beth bethany bilal brenda
brian bridget callum cameron carl carol caroline catherine charles chloe christine christopher claire clare
clive colin craig daniel danielle darren david dawn deborah debra denise dennis derek diana diane donald donna
doreen dorothy duncan edward eileen elaine eleanor elizabeth ellie emily emma eric ethan evelyn fatima fiona
frances gareth gary gavin gemma geoffrey george geraldine gerald gillian glenn gordon graham gregory hannah
hassan helen henry howard hussein ian ibrahim isabella isla jacob jacqueline jamie jane janet janice jasmine
jason jean jeffrey jennifer jeremy jessica jill joan joanna joanne jodie john jonathan joseph joshua joyce
judith julia julian julie karen karl kate katherine kathleen katie keith kelly kenneth kerry kevin kimberley
kirsty laura lauren leanne lesley leslie liam linda lisa louise lucy luke lynn malcolm margaret maria marian marie
marion martin maryam matthew maureen megan melanie michael michelle mohammed molly muhammad natalie natasha
neil nicholas nicola nigel noah norman oliver olivia omar pamela patricia patrick paul pauline peter philip
phillip rachael rachel raymond rebecca rhys richard robert robin roger ronald rosemary roy ruth ryan samantha
samuel sandra sarah sean sharon sheila shirley simon sophie stacey stephanie stephen steven stuart susan suzanne
sylvia teresa terence thomas timothy tracey tracy trevor valerie vanessa vincent wendy william yasmin yusuf zainab
zoe"""

_FAMILY = """ahmed akhtar ali allen anderson andrews armstrong atkinson bailey barker barnes begum bell bennett bibi
brown butler campbell carr carter chapman clark clarke collins cooper cox cunningham davies davis dawson
dixon edwards ellis evans fisher foster fox gibson gill graham grant gray green griffiths hall hamilton harris
harrison hill holmes hudson hughes hunt hunter hussain jackson james jenkins johnson johnston jones kaur kelly
kennedy khan king knight lee lewis lloyd macdonald marshall martin mason matthews miller mills mitchell moore
morgan morris murphy murray nguyen owen palmer parker patel pearson phillips powell price reid reynolds
richards richardson roberts robertson robinson rogers rose ross russell ryan saunders scott shah shaw simpson
singh smith spencer stevens stewart sullivan taylor thomas thompson thomson turner walker walsh watson webb
white wilkinson williams williamson wilson wood wright young"""

GIVEN = frozenset(_GIVEN.split())
FAMILY = frozenset(_FAMILY.split())
