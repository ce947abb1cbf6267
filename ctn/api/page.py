"""The page at `/`: which chain this is and which doors are served, in both languages."""

from html import escape

from fastapi import Request
from starlette.responses import Response

from ctn.api.link import link_of

_DOORS = (
    ("/api/v1/status", "链与节点的状态", "chain and node"),
    ("/api/v1/ops", "全部操作", "every operation"),
    ("/api/v1/refusals", "全部拒绝原因", "every reason to refuse"),
    ("/graphiql", "GraphQL 查询页", "page to query by GraphQL"),
    ("/developer/rest", "REST 接口页", "pages of the REST interface"),
    ("/openapi.json", "REST 接口约定", "contract of the REST interface"),
)


async def page(request: Request) -> Response:
    """The chain's name, its height, and links to what is served here."""
    head = await link_of(request).head()
    rows = "".join(
        f'<li><a href="{path}">{path}</a> {zh} <span lang="en">{en}</span></li>'
        for path, zh, en in _DOORS
    )
    chain = escape(head.chain)
    text = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>CTN</title></head><body>'
        f"<h1>CTN</h1><p>链 {chain}，高度 {head.height}。"
        f'<span lang="en">Chain {chain}, height {head.height}.</span></p>'
        f'<p>这里提供 REST 接口。<span lang="en">The REST interface is served here.</span></p>'
        f"<ul>{rows}</ul></body></html>\n"
    )
    return Response(text, 200, {"Cache-Control": "no-cache"}, "text/html; charset=utf-8")
