#include "text/html_entities.h"

#include <gtest/gtest.h>

namespace studio::text {
namespace {

struct Case {
    std::u32string_view in, out;
};

TEST(HtmlEntities, FollowsHtml5) {
    const Case cases[] = {
        {U"&lt;b&gt; &amp; &quot;", U"<b> & \""},
        {U"&eacute; &copy &copyx &notit; &notin;", U"é © ©x ¬it; ∉"},
        {U"&#65; &#x41; &#X41 &#65x", U"A A A Ax"},
        {U"&#0; &#13; &#128; &#159; &#129;", U"\uFFFD \r \u20AC \u0178 \u0081"},
        {U"&#1;&#11;&#127;&#xFFFF;&#xFDD0;", U""},
        {U"&#xD800; &#x110000; &#99999999999999999999999;", U"\uFFFD \uFFFD \uFFFD"},
        {U"&CounterClockwiseContourIntegral;", U"∳"},
        {U"&nosuchname; & &; &# &#x; && &a", U"&nosuchname; & &; &# &#x; && &a"},
        {U"&fjlig; &NotEqualTilde;", U"fj \u2242\u0338"},
        {U"&amp;amp;", U"&amp;"},
        {U"&é; &lté", U"&é; <é"},
    };
    for (const Case& test : cases)
        EXPECT_EQ(unescape_html(test.in), test.out);
}

TEST(HtmlEntities, CarefulDialectWantsCompleteReferences) {
    const Case cases[] = {
        {U"&lt; &copy &copyx; &eacute;", U"< &copy &copyx; é"},
        {U"&NTILDE; &Ntilde; &nTILDE; &SZLIG; &HELLIP;", U"Ñ Ñ &nTILDE; SS …"},
        {U"&GTDOT;", U"&GTDOT;"},  // HTML would read ">DOT;"
        {U"&#65; &#65 &#x41;", U"A &#65 A"},
        {U"&#59; &#12ab;", U"&#59; &#12ab;"},
        {U"&CounterClockwiseContourIntegral;", U"&CounterClockwiseContourIntegral;"},  // beyond 24 letters
    };
    for (const Case& test : cases)
        EXPECT_EQ(unescape_html_carefully(test.in), test.out);
}

}  // namespace
}  // namespace studio::text
