<?xml version="1.0" encoding="utf-8"?>
<!-- Of a documentation file of .NET's reference pack, the summaries of the members of well-known types. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:msxsl="urn:schemas-microsoft-com:xslt">
  <xsl:output method="xml" encoding="utf-8" indent="no" />
  <xsl:variable name="list">
    <type>System.Array</type>
    <type>System.Collections.Generic.Dictionary`2</type>
    <type>System.Collections.Generic.HashSet`1</type>
    <type>System.Collections.Generic.List`1</type>
    <type>System.Collections.Generic.PriorityQueue`2</type>
    <type>System.Collections.Generic.Queue`1</type>
    <type>System.Collections.Generic.Stack`1</type>
    <type>System.Console</type>
    <type>System.Convert</type>
    <type>System.DateTime</type>
    <type>System.Diagnostics.Process</type>
    <type>System.Diagnostics.Stopwatch</type>
    <type>System.Environment</type>
    <type>System.Globalization.CultureInfo</type>
    <type>System.Guid</type>
    <type>System.IO.BinaryReader</type>
    <type>System.IO.Compression.ZipFile</type>
    <type>System.IO.Directory</type>
    <type>System.IO.File</type>
    <type>System.IO.Path</type>
    <type>System.IO.Stream</type>
    <type>System.IO.StreamReader</type>
    <type>System.IO.StreamWriter</type>
    <type>System.Linq.Enumerable</type>
    <type>System.Math</type>
    <type>System.Net.Dns</type>
    <type>System.Net.Http.HttpClient</type>
    <type>System.Net.Sockets.TcpClient</type>
    <type>System.Numerics.BigInteger</type>
    <type>System.Random</type>
    <type>System.Security.Cryptography.Aes</type>
    <type>System.Security.Cryptography.RandomNumberGenerator</type>
    <type>System.Security.Cryptography.SHA256</type>
    <type>System.String</type>
    <type>System.Text.Encoding</type>
    <type>System.Text.Json.JsonSerializer</type>
    <type>System.Text.Json.Utf8JsonWriter</type>
    <type>System.Text.RegularExpressions.Regex</type>
    <type>System.Text.StringBuilder</type>
    <type>System.Threading.CancellationTokenSource</type>
    <type>System.Threading.Interlocked</type>
    <type>System.Threading.SemaphoreSlim</type>
    <type>System.Threading.Tasks.Task</type>
    <type>System.Threading.Thread</type>
    <type>System.TimeSpan</type>
    <type>System.Uri</type>
    <type>System.Xml.Linq.XElement</type>
  </xsl:variable>
  <xsl:variable name="types" select="msxsl:node-set($list)/type" />

  <xsl:template match="/doc">
    <doc>
      <xsl:apply-templates select="members/member" />
    </doc>
  </xsl:template>

  <!-- A member's type is what stands before the last dot before the parameters; explicit members of interfaces are left out. -->
  <xsl:template match="member">
    <xsl:variable name="id" select="substring(@name, 3)" />
    <xsl:variable name="type" select="$types[$id = . or starts-with($id, concat(., '.'))]" />
    <xsl:variable name="name" select="substring-before(concat(substring-after($id, concat($type, '.')), '('), '(')" />
    <xsl:if test="$type and not(contains($name, '.')) and not(contains(translate($name, '#', '.'), '.I'))">
      <member name="{@name}">
        <xsl:copy-of select="summary" />
      </member>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
