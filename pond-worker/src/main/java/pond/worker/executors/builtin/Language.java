package pond.worker.executors.builtin;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A language, told by a file's name or extension, and how its comments look.
 *
 * @param lineComments what a comment to the end of the line begins with; several, or none
 * @param blockStart empty when there are no comments over several lines
 */
record Language(String name, List<String> lineComments, String blockStart, String blockEnd) {
    /** One language a line: name | extensions, and file names behind a slash | line comments | block start | block end. */
    private static final String TABLE = """
            Ada|adb ads|--
            Assembly|asm s|; #
            Batch|bat cmd|:: REM rem
            C|c h|//|/*|*/
            C#|cs|//|/*|*/
            C++|cc cpp cxx hh hpp hxx ino|//|/*|*/
            Clojure|clj cljs cljc edn|;
            CMake|cmake /CMakeLists.txt|#
            CSS|css||/*|*/
            CSV|csv tsv|
            CUDA|cu cuh|//|/*|*/
            Dart|dart|//|/*|*/
            Dockerfile|dockerfile /Dockerfile /Containerfile|#
            Elixir|ex exs|#
            Elm|elm|--|{-|-}
            Erlang|erl hrl|%
            F#|fs fsi fsx|//|(*|*)
            Fortran|f f90 f95 for|!
            Go|go|//|/*|*/
            Gradle|gradle|//|/*|*/
            GraphQL|graphql gql|#
            Groovy|groovy /Jenkinsfile|//|/*|*/
            Haskell|hs lhs|--|{-|-}
            HCL|hcl tf tfvars|# //|/*|*/
            HTML|html htm xhtml||<!--|-->
            INI|ini cfg conf properties /.editorconfig /.gitconfig|# ;
            Java|java|//|/*|*/
            JavaScript|js mjs cjs jsx|//|/*|*/
            JSON|json jsonl webmanifest|
            JSON5|json5 jsonc|//|/*|*/
            Julia|jl|#|#=|=#
            Kotlin|kt kts|//|/*|*/
            Less|less|//|/*|*/
            Lisp|lisp lsp el scm rkt|;
            Lua|lua|--|--[[|]]
            Makefile|mk /Makefile /makefile /GNUmakefile|#
            Markdown|md markdown mdx||<!--|-->
            Nim|nim|#
            Nix|nix|#|/*|*/
            Objective-C|m mm|//|/*|*/
            OCaml|ml mli||(*|*)
            Pascal|pas pp|//|{|}
            Perl|pl pm t|#
            PHP|php|// #|/*|*/
            PowerShell|ps1 psm1 psd1|#|<#|#>
            Protocol Buffers|proto|//|/*|*/
            Python|py pyi pyw|#
            R|r|#
            reStructuredText|rst|
            Ruby|rb rake gemspec /Gemfile /Rakefile|#
            Rust|rs|//|/*|*/
            Sass|sass scss|//|/*|*/
            Scala|scala sbt|//|/*|*/
            Shell|sh bash zsh ksh fish|#
            Solidity|sol|//|/*|*/
            SQL|sql|--|/*|*/
            Starlark|bzl bazel star /BUILD /WORKSPACE|#
            Svelte|svelte|//|<!--|-->
            SVG|svg||<!--|-->
            Swift|swift|//|/*|*/
            TeX|tex sty cls bib|%
            Text|txt text /LICENSE /NOTICE /AUTHORS|
            TOML|toml|#
            TypeScript|ts tsx mts cts|//|/*|*/
            Vim script|vim|"
            Vue|vue|//|<!--|-->
            XML|xml xsd xsl xslt pom wsdl plist||<!--|-->
            YAML|yaml yml|#
            Zig|zig|//
            """;

    private static final Map<String, Language> BY_NAME = new HashMap<>();
    private static final Map<String, Language> BY_EXTENSION = new HashMap<>();

    static {
        TABLE.lines().forEach(Language::add);
    }

    private static void add(String row) {
        String[] cells = row.split("\\|", 5);
        boolean hasBlock = cells.length == 5;
        Language language = new Language(cells[0], words(cells[2]), hasBlock ? cells[3] : "", hasBlock ? cells[4] : "");
        for (String word : words(cells[1])) {
            if (word.startsWith("/")) {
                BY_NAME.put(word.substring(1), language);
            } else {
                BY_EXTENSION.put(word, language);
            }
        }
    }

    private static List<String> words(String cell) {
        return Stream.of(cell.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
    }

    /** Empty when neither the name nor the extension is known. */
    static Optional<Language> of(SourceFile file) {
        Language named = BY_NAME.get(file.name());
        return Optional.ofNullable(named != null ? named : BY_EXTENSION.get(file.extension()));
    }
}
