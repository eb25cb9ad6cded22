# shellcheck shell=bash
# Compiles: the generator's own jar has the JSON library that the client needs, the operating system the annotations.

cd "$1"
mkdir classes
find src/main -name '*.java' >sources
javac -nowarn -proc:none -d classes -classpath "$jar:/usr/share/java/jakarta-annotation-api.jar" @sources
